package dev.fanfare.gateway.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.IllegalReferenceCountException;
import org.junit.jupiter.api.Test;

class SharedFrameTest {
    private final SharedFrame frame = SharedFrame.of("0123456789".getBytes(US_ASCII));

    @Test
    void aFrameIsACopyOfTheBytesItWasMadeOf() {
        byte[] bytes = {'a', 'b'};
        SharedFrame copy = SharedFrame.of(bytes);
        bytes[0] = 'x';

        ByteBuf slice = copy.from(0);
        assertThat(slice.toString(US_ASCII)).isEqualTo("ab");
        slice.release();
        copy.release();
    }

    @Test
    void aFrameOfABufferHasOnlyItsReadableBytesAndLeavesItAlone() {
        ByteBuf source = Unpooled.copiedBuffer("0123456789", US_ASCII).skipBytes(4);

        SharedFrame copy = SharedFrame.of(source);

        assertThat(copy.length()).isEqualTo(6);
        assertThat(source.readerIndex()).isEqualTo(4);
        assertThat(source.refCnt()).isEqualTo(1);
        ByteBuf slice = copy.from(0);
        assertThat(slice.toString(US_ASCII)).isEqualTo("456789");
        slice.release();
        copy.release();
        source.release();
    }

    @Test
    void aSliceBeginsAtItsOffsetAndGoesToTheEnd() {
        ByteBuf middle = frame.from(7);
        ByteBuf end = frame.from(10);

        assertThat(middle.toString(US_ASCII)).isEqualTo("789");
        assertThat(end.isReadable()).isFalse();
        middle.release();
        end.release();
        frame.release();
    }

    @Test
    void readingOneSliceDoesNotMoveAnother() {
        ByteBuf first = frame.from(0);
        first.skipBytes(5);
        ByteBuf second = frame.from(0);

        assertThat(second.readableBytes()).isEqualTo(10);
        first.release();
        second.release();
        frame.release();
    }

    @Test
    void aSliceOutlivesTheFrameItIsOf() {
        ByteBuf slice = frame.from(2);

        assertThat(frame.release()).isTrue();

        assertThat(slice.toString(US_ASCII)).isEqualTo("23456789");
        assertThat(slice.release()).isTrue();
    }

    @Test
    void theBytesAreFreedWithTheLastReferenceAndNotBefore() {
        frame.retain();

        assertThat(frame.release()).isFalse();
        ByteBuf slice = frame.from(0);
        slice.release();
        assertThat(frame.release()).isTrue();
        assertThatThrownBy(() -> frame.from(0)).isInstanceOf(IllegalReferenceCountException.class);
    }

    @Test
    void anEmptyFrameIsAllowed() {
        SharedFrame empty = SharedFrame.of(new byte[0]);

        assertThat(empty.length()).isZero();
        ByteBuf slice = empty.from(0);
        assertThat(slice.isReadable()).isFalse();
        slice.release();
        assertThat(empty.release()).isTrue();
    }
}
