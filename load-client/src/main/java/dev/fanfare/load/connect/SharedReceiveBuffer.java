package dev.fanfare.load.connect;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * One receive buffer for all connections of a loop, and one {@code read} per wake-up. A handler copies what it wants before it
 * returns, and releases the buffer as usual; one that keeps it, as TLS keeps half a record, has it for itself, and the next read
 * gets a new one. epoll is level-triggered here, so what a read left behind is reported again:
 * asking a second time at once would cost a system call per message and find nothing. Its event loop only.
 */
final class SharedReceiveBuffer implements RecvByteBufAllocator {
    /** Most bytes of one read. */
    static final int SIZE = 64 * 1024;

    private ByteBuf buffer = Unpooled.directBuffer(SIZE, SIZE);
    private final OneRead handle = new OneRead();

    /** One handle does for all: it keeps nothing from one wake-up to the next. */
    @Override
    @SuppressWarnings("deprecation") // Netty's interface names the deprecated type
    public Handle newHandle() {
        return handle;
    }

    void release() {
        buffer.release();
    }

    private final class OneRead implements ExtendedHandle {
        private int last;
        private int attempted;

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            if (buffer.refCnt() > 1) {
                buffer.release();
                buffer = Unpooled.directBuffer(SIZE, SIZE);
            }
            return buffer.clear().retain();
        }

        @Override
        public int guess() {
            return SIZE;
        }

        @Override
        public void reset(ChannelConfig config) {
            last = 0;
            attempted = 0;
        }

        @Override
        public void incMessagesRead(int messages) {}

        @Override
        public void lastBytesRead(int bytes) {
            last = bytes;
        }

        @Override
        public int lastBytesRead() {
            return last;
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            attempted = bytes;
        }

        @Override
        public int attemptedBytesRead() {
            return attempted;
        }

        @Override
        public boolean continueReading() {
            return false;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return false;
        }

        @Override
        public void readComplete() {}
    }
}
