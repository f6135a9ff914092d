package dev.fanfare.gateway.wire;

import dev.fanfare.gateway.metrics.InflateProblem;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates what clients send with permessage-deflate (RFC 7692 §7.2.2), within bounds: few bytes can stand for very many. Each
 * thread that comes here has an inflater of its own until it ends; a connection has none, because each message begins anew.
 * Thread: any.
 */
public final class Inflation {
    /** Up to this size the ratio does not matter. */
    private static final int HARMLESS = 4096;

    /** Final blocks in one message, after each of which deflate begins anew (RFC 7692 §7.2.3.4); nobody has reason for more. */
    private static final int MOST_RESTARTS = 16;

    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};

    private final int maxBytes;
    private final int maxRatio;
    private final FastThreadLocal<Tools> tools = new FastThreadLocal<>() {
        @Override
        protected Tools initialValue() {
            return new Tools();
        }

        @Override
        protected void onRemoval(Tools ended) {
            ended.inflater.end();
        }
    };

    /** A message that is not to be had, or not to be wanted. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        private final InflateProblem problem;

        private Refused(InflateProblem problem, String words) {
            super(words, null, false, false); // a client may send many: no stack trace
            this.problem = problem;
        }

        public InflateProblem problem() {
            return problem;
        }
    }

    private static final class Tools {
        final Inflater inflater = new Inflater(true);
        final byte[] out = new byte[HARMLESS];
    }

    /**
     * For messages of {@code maxBytes} at most.
     *
     * @param maxRatio how many bytes each compressed byte may become
     */
    public Inflation(int maxBytes, int maxRatio) {
        this.maxBytes = maxBytes;
        this.maxRatio = maxRatio;
    }

    /**
     * Inflates a whole message.
     *
     * @param message is read to its end, and not released
     * @return a buffer that the caller releases
     */
    public ByteBuf inflate(ByteBuf message, ByteBufAllocator allocator) throws Refused {
        byte[] in = new byte[message.readableBytes() + TAIL.length];
        message.readBytes(in, 0, in.length - TAIL.length);
        System.arraycopy(TAIL, 0, in, in.length - TAIL.length, TAIL.length);
        long most = Math.max(HARMLESS, (long) (in.length - TAIL.length) * maxRatio);
        ByteBuf text = allocator.buffer();
        try {
            inflate(in, text, most);
            return text.retain();
        } catch (DataFormatException malformed) {
            throw new Refused(InflateProblem.CORRUPT, "a compressed message is malformed");
        } finally {
            text.release();
        }
    }

    private void inflate(byte[] in, ByteBuf text, long most) throws DataFormatException, Refused {
        Tools mine = tools.get();
        Inflater inflater = mine.inflater;
        inflater.reset(); // also what an error may have left
        inflater.setInput(in);
        int restarts = 0;
        while (true) {
            int length = inflater.inflate(mine.out);
            if (text.readableBytes() + length > maxBytes) {
                throw new Refused(InflateProblem.SIZE, "a message has at most " + maxBytes + " bytes");
            }
            if (text.readableBytes() + length > most) {
                throw new Refused(InflateProblem.RATIO, "a message may grow by a factor of " + maxRatio + " at most");
            }
            text.writeBytes(mine.out, 0, length);
            int left = inflater.getRemaining();
            if (inflater.finished() && left > 0) {
                if (++restarts > MOST_RESTARTS) {
                    throw new DataFormatException("too many final blocks");
                }
                inflater.reset();
                inflater.setInput(in, in.length - left, left);
            } else if (length == 0) {
                if (!inflater.needsInput() && !inflater.finished()) { // it wants a dictionary, which nobody has
                    throw new DataFormatException("no progress");
                }
                return;
            }
        }
    }
}
