package dev.fanfare.gateway.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.unix.Buffer;
import io.netty.util.AbstractReferenceCounted;
import java.nio.ByteBuffer;

/**
 * Finished bytes that many connections send: immutable, off the heap, counted by reference.
 *
 * <p>Whoever keeps a frame past the call that handed it over retains it. The address is looked up once here because the
 * native transports write from an address, and 15,000 look-ups a tick are not free.
 *
 * <p>Thread: any. Only the counter changes.
 */
public final class SharedFrame extends AbstractReferenceCounted {
    private final ByteBuf bytes;
    private final int length;
    private final long address;

    private SharedFrame(ByteBuf bytes, long address) {
        this.bytes = bytes;
        this.length = bytes.readableBytes();
        this.address = address;
    }

    /** Copies {@code bytes} into a frame of its own. */
    public static SharedFrame of(ByteBuf bytes) {
        ByteBuf direct = ByteBufAllocator.DEFAULT.directBuffer(Math.max(1, bytes.readableBytes()));
        direct.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
        return new SharedFrame(direct, addressOf(direct));
    }

    /** Copies {@code bytes} into a frame of its own. */
    public static SharedFrame of(byte[] bytes) {
        return of(Unpooled.wrappedBuffer(bytes));
    }

    /** Number of bytes. */
    public int length() {
        return length;
    }

    /** Native address of the first byte, or 0 where no native transport is loaded. */
    public long address() {
        return address;
    }

    /** The bytes from {@code offset} on as a buffer with a reference of its own; whoever takes it releases it. */
    public ByteBuf from(int offset) {
        return bytes.retainedSlice(offset, length - offset);
    }

    /** Appends the bytes to {@code target}. */
    public void copyTo(ByteBuf target) {
        copyTo(target, 0, length);
    }

    /** Appends {@code count} bytes from {@code offset} on to {@code target}. */
    public void copyTo(ByteBuf target, int offset, int count) {
        target.writeBytes(bytes, offset, count);
    }

    @Override
    public SharedFrame retain() {
        super.retain();
        return this;
    }

    @Override
    public SharedFrame touch(Object hint) {
        bytes.touch(hint);
        return this;
    }

    @Override
    protected void deallocate() {
        bytes.release();
    }

    /** Native address of index 0 of a direct buffer, or 0 where no native transport is loaded. */
    public static long addressOf(ByteBuf direct) {
        if (direct.hasMemoryAddress()) {
            return direct.memoryAddress();
        }
        try {
            ByteBuffer nio = direct.internalNioBuffer(0, direct.capacity());
            return Buffer.memoryAddress(nio) + nio.position();
        } catch (UnsatisfiedLinkError noNativeTransport) {
            return 0;
        }
    }
}
