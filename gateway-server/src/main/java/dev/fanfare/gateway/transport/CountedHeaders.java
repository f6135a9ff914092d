package dev.fanfare.gateway.transport;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;

/**
 * Header fields as they are read: one too many ends the request before more of them take memory. A field of four bytes takes a
 * hundred here, so the bound on their bytes is none on what they cost. Event loop.
 */
final class CountedHeaders extends DefaultHttpHeaders {
    private final int most;
    private int count;

    /** There were more. */
    static final class TooManyException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManyException() {
            super("too many header fields", null, false, false); // made as often as a client likes
        }
    }

    /** Makes them for a decoder. */
    record Factory(int most) implements HttpHeadersFactory {
        @Override
        public HttpHeaders newHeaders() {
            return new CountedHeaders(most);
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
            return new CountedHeaders(most);
        }
    }

    private CountedHeaders(int most) {
        this.most = most;
    }

    @Override
    public HttpHeaders add(CharSequence name, Object value) {
        count();
        return super.add(name, value);
    }

    @Override
    public HttpHeaders add(String name, Object value) {
        count();
        return super.add(name, value);
    }

    private void count() {
        if (++count > most) {
            throw new TooManyException();
        }
    }
}
