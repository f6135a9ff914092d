package dev.fanfare.gateway.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.gateway.metrics.InflateProblem;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InflationTest {
    private static final int MOST = 65_536;

    private final Inflation inflation = new Inflation(MOST, 100);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "f248cdc9c90700", // RFC 7692 §7.2.3.1: one block
                "000500faff48656c6c6f00", // §7.2.3.3: without compression
                "f348cdc9c9070000", // §7.2.3.4: a final block
                "f24805000000ffffcac9c90700" // §7.2.3.5: two blocks
            })
    void theExamplesOfTheSpecificationAreRead(String hex) throws Inflation.Refused {
        assertThat(inflate(HexFormat.of().parseHex(hex))).asString(UTF_8).isEqualTo("Hello");
    }

    @Test
    void aMessageThatLooksBackAtTheOneBeforeIsRefused() throws Inflation.Refused {
        assertThat(inflate(HexFormat.of().parseHex("f248cdc9c90700")))
                .asString(UTF_8)
                .isEqualTo("Hello");
        assertThat(refusal(HexFormat.of().parseHex("f200110000"))).isEqualTo(InflateProblem.CORRUPT); // §7.2.3.2
    }

    @Test
    void whatWeCompressCanBeInflated() throws Inflation.Refused {
        Random random = new Random(5);
        for (int i = 0; i < 200; i++) {
            byte[] text = Decoding.json(random, random.nextInt(20_000)).getBytes(UTF_8);
            assertThat(inflate(deflate(text))).isEqualTo(text);
        }
        assertThat(inflate(new byte[] {0})).isEmpty();
        assertThat(inflate(new byte[0])).isEmpty();
    }

    @Test
    void aMessageThatBecomesTooLongIsRefused() {
        byte[] text = Decoding.json(new Random(9), MOST + 1).getBytes(UTF_8);

        assertThat(refusal(deflate(text))).isEqualTo(InflateProblem.SIZE);
    }

    @Test
    void aBombIsRefusedBeforeItHasGrown() {
        byte[] bomb = deflate(new byte[50_000_000]);
        assertThat(bomb.length).isLessThan(MOST);

        assertThat(refusal(bomb)).isEqualTo(InflateProblem.SIZE);
        assertThat(refusal(deflate(new byte[60_000]))).isEqualTo(InflateProblem.RATIO);
    }

    @Test
    void aShortMessageMayGrowAsItLikes() throws Inflation.Refused {
        assertThat(inflate(deflate(new byte[4096]))).hasSize(4096);
    }

    @ParameterizedTest
    @ValueSource(strings = {"06", "ffffffff", "0001000000", "f248cdc9c907ffffffff"})
    void whatIsNotDeflateIsRefused(String hex) {
        assertThat(refusal(HexFormat.of().parseHex(hex))).isEqualTo(InflateProblem.CORRUPT);
    }

    @Test
    void onlySoManyFinalBlocksMakeAMessage() throws Inflation.Refused {
        ByteArrayOutputStream blocks = new ByteArrayOutputStream();
        for (int i = 0; i < 10; i++) {
            blocks.writeBytes(new byte[] {3, 0});
        }
        assertThat(inflate(blocks.toByteArray())).isEmpty();
        for (int i = 0; i < 20_000; i++) {
            blocks.writeBytes(new byte[] {3, 0});
        }
        assertThat(refusal(blocks.toByteArray())).isEqualTo(InflateProblem.CORRUPT);
    }

    @Test
    void anErrorLeavesNothingBehind() throws Inflation.Refused {
        assertThat(refusal(new byte[] {6})).isEqualTo(InflateProblem.CORRUPT);
        assertThat(inflate(deflate("x".repeat(900).getBytes(UTF_8))))
                .asString(UTF_8)
                .isEqualTo("x".repeat(900));
    }

    @Test
    void noiseNeverDoesMoreThanBeRefused() {
        Random random = new Random(11);
        for (int i = 0; i < 20_000; i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            try {
                assertThat(inflate(noise).length).isLessThanOrEqualTo(MOST);
            } catch (Inflation.Refused expected) {
                assertThat(expected.problem()).isNotNull();
            }
        }
    }

    private byte[] inflate(byte[] message) throws Inflation.Refused {
        ByteBuf inflated = inflation.inflate(Unpooled.wrappedBuffer(message), ByteBufAllocator.DEFAULT);
        assertThat(inflated.refCnt()).isOne();
        try {
            return ByteBufUtil.getBytes(inflated);
        } finally {
            inflated.release();
        }
    }

    private InflateProblem refusal(byte[] message) {
        Inflation.Refused refused = catchThrowableOfType(Inflation.Refused.class, () -> inflate(message));
        assertThat(refused).isNotNull();
        return refused.problem();
    }

    /** A permessage-deflate payload, by another deflater than the one under test. */
    private static byte[] deflate(byte[] text) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(text);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] some = new byte[8192];
        int length = deflater.deflate(some, 0, some.length, Deflater.SYNC_FLUSH);
        while (length > 0) {
            out.write(some, 0, length);
            length = deflater.deflate(some, 0, some.length, Deflater.SYNC_FLUSH);
        }
        deflater.end();
        byte[] whole = out.toByteArray();
        return Arrays.copyOf(whole, whole.length - 4);
    }
}
