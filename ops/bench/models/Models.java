import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * The same broadcast in three ways: one event of about 230 bytes a second to every client of {@code GET /sse}, chunked.
 *
 * <pre>java Models.java platform|virtual|loop [--port N] [--interval MILLIS] [--reader] [--queue N] [--busy N] [--futex-slots N]</pre>
 *
 * <ul>
 *   <li>{@code platform}, {@code virtual}: {@link ThreadPerConnection}, with threads of that kind
 *   <li>{@code loop}: {@link EventLoop}, one selector thread per core; a control that shows the model without Netty
 *   <li>{@code --reader}: a second thread for each connection, which reads, as WebSocket needs it (threads only)
 *   <li>{@code --queue N}: a queue of N messages for each connection instead of one shared slot (threads only)
 *   <li>{@code --busy N}: the first N connections compute for 300 ms before each write (threads only)
 *   <li>{@code --futex-slots N}: size of the kernel's table of this process's sleeping threads (Linux 6.16 and newer)
 * </ul>
 */
public final class Models {
    /** What a model has to do. */
    interface Broadcaster {
        /** Accepts connections for ever. */
        void serve(int port) throws Exception;

        /** Gives a finished chunk, never written to again, to everybody who is connected. */
        void publish(byte[] chunk);
    }

    /** The arguments. */
    record Options(String model, int port, int interval, boolean reader, int queue, int busy, int futexSlots) {
        static Options parse(List<String> arguments) {
            return new Options(
                    arguments.isEmpty() ? "" : arguments.get(0),
                    number(arguments, "--port", 9950),
                    number(arguments, "--interval", 1000),
                    arguments.contains("--reader"),
                    number(arguments, "--queue", 0),
                    number(arguments, "--busy", 0),
                    number(arguments, "--futex-slots", 0));
        }

        private static int number(List<String> arguments, String name, int otherwise) {
            int at = arguments.indexOf(name);
            return at < 0 ? otherwise : Integer.parseInt(arguments.get(at + 1));
        }
    }

    static final byte[] HEAD = ascii("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n");

    /** Bytes the kernel may hold for a client that does not read; by itself it would take megabytes on the loopback. */
    static final int SEND_BUFFER = 16 << 10;

    /** A client that has sent this much without an empty line is no client. */
    static final int MAX_HEAD = 8 << 10;

    private static final Random RANDOM = new Random(20260102);
    private static final String[] SYMBOLS = {"005930", "000660", "035420"};
    private static final long[] PRICES = {71_200, 128_500, 214_000};

    private Models() {}

    public static void main(String[] arguments) throws Throwable {
        Options options = Options.parse(List.of(arguments));
        if (options.futexSlots() > 0) {
            resizeFutexTable(options.futexSlots());
        }
        Broadcaster broadcaster = switch (options.model()) {
            case "platform" -> new ThreadPerConnection(Thread.ofPlatform(), options);
            case "virtual" -> new ThreadPerConnection(Thread.ofVirtual(), options);
            case "loop" -> new EventLoop(Runtime.getRuntime().availableProcessors());
            default -> throw new IllegalArgumentException("platform, virtual or loop, not '" + options.model() + "'");
        };
        Thread.ofPlatform().name("ticker").daemon().start(() -> tick(broadcaster, options.interval()));
        broadcaster.serve(options.port());
    }

    /**
     * Asks the kernel for as many lists of sleeping threads. By itself it makes few where there are few cores, whatever the number
     * of threads, and then walks hundreds of sleepers to find the one to wake.
     */
    @SuppressWarnings("restricted") // calls into libc
    private static void resizeFutexTable(int slots) throws Throwable {
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor signature = FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
        int failed = (int) linker.downcallHandle(
                        linker.defaultLookup().find("prctl").orElseThrow(), signature, Linker.Option.firstVariadicArg(1))
                .invokeExact(78, 1L, (long) slots, 0L); // PR_FUTEX_HASH, PR_FUTEX_HASH_SET_SLOTS
        System.out.println("futex slots: " + (failed == 0 ? slots : "refused"));
    }

    /** Ticks at whole multiples of the interval, as the gateway does. */
    private static void tick(Broadcaster broadcaster, long interval) {
        for (long seq = 1; ; seq++) {
            long next = (System.currentTimeMillis() / interval + 1) * interval;
            while (System.currentTimeMillis() < next) {
                LockSupport.parkUntil(next);
            }
            broadcaster.publish(chunk(event(seq, next)));
        }
    }

    private static String event(long seq, long time) {
        StringBuilder text = new StringBuilder(256);
        text.append("id: ").append(seq).append("\ndata: {\"seq\":").append(seq).append(",\"ts\":").append(time).append(",\"quotes\":[");
        for (int i = 0; i < SYMBOLS.length; i++) {
            PRICES[i] += 100L * (RANDOM.nextInt(3) - 1);
            text.append(i == 0 ? "" : ",").append("{\"symbol\":\"").append(SYMBOLS[i]).append("\",\"price\":").append(PRICES[i])
                    .append(",\"change\":0.00,\"volume\":").append(1000 + RANDOM.nextInt(9000)).append('}');
        }
        return text.append("]}\n\n").toString();
    }

    private static byte[] chunk(String event) {
        return ascii(Integer.toHexString(event.length()) + "\r\n" + event + "\r\n");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** How much of CR LF CR LF has been seen after one more byte; 4 is the end of a request. */
    static int ending(int seen, byte next) {
        if (next == ((seen & 1) == 0 ? '\r' : '\n')) {
            return seen + 1;
        }
        return next == '\r' ? 1 : 0;
    }
}
