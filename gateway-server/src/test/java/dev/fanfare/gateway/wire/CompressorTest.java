package dev.fanfare.gateway.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompressorTest {
    private static final int MIN_BYTES = 64;

    private final Compressors compressors =
            new Compressors(new CompressionConfig(true, CompressionConfig.Sse.ALL, 6, MIN_BYTES, 100));

    @ParameterizedTest
    @EnumSource(
            value = WireFormat.class,
            names = {"SSE_PLAIN_GZIP", "SSE_PLAIN_ZSTD"})
    void piecesMayFollowOneAnotherInAnyOrder(WireFormat format) {
        Random random = new Random(20261121);
        UnaryOperator<byte[]> decode = format.coding() == ContentCoding.GZIP ? Decoding::gunzip : Decoding::unzstd;
        Compressor compressor = compressor(format);
        byte[][] texts = new byte[300][];
        byte[][] pieces = new byte[texts.length][];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = text(random, i);
            byte[] compressed = compressor.frame(texts[i]);
            pieces[i] = compressed == null ? format.frame(texts[i]) : compressed;
        }
        for (int connection = 0; connection < 50; connection++) {
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            ByteArrayOutputStream expected = new ByteArrayOutputStream();
            stream.writeBytes(format.first(": welcome\n\n".getBytes(UTF_8)));
            expected.writeBytes(": welcome\n\n".getBytes(UTF_8));
            for (int n = random.nextInt(40); n >= 0; n--) {
                int which = random.nextInt(texts.length);
                boolean alone = random.nextInt(4) == 0;
                stream.writeBytes(alone ? format.frame(texts[which]) : pieces[which]);
                expected.writeBytes(texts[which]);
            }
            assertThat(decode.apply(stream.toByteArray())).isEqualTo(expected.toByteArray());
        }
    }

    @Test
    void everyWebSocketMessageCanBeReadByItself() {
        Random random = new Random(7692);
        Compressor compressor = compressors.webSocket(15);
        for (int i = 0; i < 500; i++) {
            byte[] text = text(random, i);
            byte[] frame = compressor.frame(text);
            if (frame != null) {
                assertThat(frame.length).isLessThan(text.length + 4);
                assertThat(Decoding.inflate(payload(frame))).isEqualTo(text);
            }
        }
    }

    @Test
    void whatIsSharedIsTheSameForEveryThread() throws InterruptedException {
        byte[] text = Decoding.json(new Random(1), 5_000).getBytes(UTF_8);
        byte[][] frames = new byte[4][];
        Thread[] threads = new Thread[frames.length];
        for (int i = 0; i < frames.length; i++) {
            int mine = i;
            threads[i] =
                    new Thread(() -> frames[mine] = compressors.webSocket(15).frame(text));
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(List.of(frames)).allSatisfy(frame -> assertThat(frame).isEqualTo(frames[0]));
        assertThat(Decoding.inflate(payload(frames[0]))).isEqualTo(text);
    }

    @ParameterizedTest
    @EnumSource(
            value = WireFormat.class,
            names = {"SSE_PLAIN_GZIP", "SSE_PLAIN_ZSTD", "WEBSOCKET_DEFLATED"})
    void whatIsShortOrDoesNotShrinkIsLeftAsItIs(WireFormat format) {
        byte[] noise = new byte[10_000];
        new Random(3).nextBytes(noise);
        byte[] short_ = "a".repeat(MIN_BYTES - 1).getBytes(UTF_8);

        assertThat(compressor(format).frame(noise)).isNull();
        assertThat(compressor(format).frame(short_)).isNull();
        assertThat(compressor(format).frame("a".repeat(MIN_BYTES).getBytes(UTF_8)))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 255, 256, 65_535, 65_536, 131_072, 131_073, 8_388_608, 8_388_609, 20_000_000})
    void whatIsForOneConnectionCanBeAnyLength(int length) {
        byte[] text = new byte[length];
        new Random(length).nextBytes(text);

        assertThat(Decoding.unzstd(ContentCoding.ZSTD.stored(text))).isEqualTo(text);
        assertThat(Decoding.gunzip(WireFormat.SSE_PLAIN_GZIP.first(text))).isEqualTo(text);
    }

    /** What the default of {@code compression.min-bytes} rests on. */
    @ParameterizedTest
    @CsvSource({"1, 112, 0.85, 0.95", "2, 179, 0.65, 0.75", "3, 246, 0.55, 0.65", "15, 1053, 0.30, 0.40"})
    void theShorterATextTheLessItShrinks(int quotes, int about, double least, double most) {
        Compressor any =
                new Compressors(new CompressionConfig(true, CompressionConfig.Sse.OFF, 6, 0, 100)).webSocket(15);
        Random random = new Random(1);
        double before = 0;
        double after = 0;
        for (int i = 0; i < 100; i++) {
            byte[] text = market(random, quotes).getBytes(UTF_8);
            byte[] frame = any.frame(text);
            before += text.length;
            after += frame == null ? text.length : frame.length;
        }
        assertThat(before / 100).isBetween(about * 0.95, about * 1.05);
        assertThat(after / before).isBetween(least, most);
    }

    private static String market(Random random, int quotes) {
        return IntStream.range(0, quotes)
                .mapToObj(i -> "{\"symbol\":\"%06d\",\"price\":%d.%d,\"change\":%.2f,\"volume\":%d}"
                        .formatted(
                                random.nextInt(1_000_000),
                                random.nextInt(90_000),
                                random.nextInt(10),
                                random.nextDouble() * 6 - 3,
                                random.nextInt(10_000_000)))
                .collect(Collectors.joining(",", "{\"seq\":1234567,\"ts\":1763680000000,\"quotes\":[", "]}"));
    }

    @Test
    void aWindowSaysHowLongAMessageMayBe() {
        assertThat(compressors.webSocket(8).isLimited()).isTrue();
        assertThat(compressors.webSocket(8).reaches(256)).isTrue();
        assertThat(compressors.webSocket(8).reaches(257)).isFalse();
        assertThat(compressors.webSocket(15).isLimited()).isFalse();
        assertThat(compressors.webSocket(15).reaches(10_000_000)).isTrue();
    }

    @Test
    void zstdIsThereWhereTheTestsRun() {
        assertThat(ZstdFrames.problem()).isNull();
    }

    private Compressor compressor(WireFormat format) {
        Compressor made = format == WireFormat.WEBSOCKET_DEFLATED ? compressors.webSocket(15) : compressors.sse(format);
        return Objects.requireNonNull(made);
    }

    private static byte[] text(Random random, int i) {
        return switch (i % 4) {
            case 0 -> Decoding.json(random, random.nextInt(6_000)).getBytes(UTF_8);
            case 1 -> ("data: " + "abc".repeat(1 + random.nextInt(30_000)) + "\n\n").getBytes(UTF_8);
            case 2 -> ("id: " + random.nextInt() + "\n").getBytes(UTF_8);
            default -> noise(random);
        };
    }

    private static byte[] noise(Random random) {
        byte[] noise = new byte[1 + random.nextInt(2_000)];
        random.nextBytes(noise);
        return noise;
    }

    /** Without the frame's header, which must say that it is compressed. */
    private static byte[] payload(byte @Nullable [] made) {
        byte[] frame = Objects.requireNonNull(made);
        assertThat(frame[0]).isEqualTo((byte) 0xc1);
        int length = frame[1];
        assertThat(length).isBetween(1, 127);
        int header = length < 126 ? 2 : length == 126 ? 4 : 10;
        return Arrays.copyOfRange(frame, header, frame.length);
    }
}
