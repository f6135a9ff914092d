package dev.fanfare.load.connect;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.load.wire.Content;

/**
 * One call that publishes, from when it is made until it is confirmed: it is kept as it was, for it may have to be made again. One
 * per publisher, used again and again. The publishers' event loop only.
 */
final class PublishCall {
    private static final byte[] CHANNEL = "{\"channel\":\"".getBytes(UTF_8);
    private static final byte[] KEY = "\",\"key\":\"k".getBytes(UTF_8);
    private static final byte[] DATA = "\",\"data\":".getBytes(UTF_8);
    private static final byte[] END = "}\n".getBytes(UTF_8);
    private static final int FRAME = 64;

    private final ChannelPlan plan;
    private final Content content;
    private final byte[] prefix;
    private final int[] channels;
    private final long[] times;
    private final long[] numbers = new long[4];
    private final byte[] body;
    private int length;
    private int count;

    PublishCall(ChannelPlan plan) {
        this.plan = plan;
        content = new Content(plan.payload());
        prefix = plan.prefix().getBytes(UTF_8);
        channels = new int[plan.batch()];
        times = new long[plan.batch()];
        body = new byte[plan.batch() * (plan.payload() + prefix.length + FRAME)];
    }

    /** Adds publication {@code number} of a channel, due at {@code ts}. */
    void add(int channel, long number, long ts) {
        channels[count] = channel;
        times[count++] = ts;
        put(CHANNEL);
        put(prefix);
        put(Integer.toString(channel).getBytes(UTF_8));
        if (plan.keys() > 1) {
            put(KEY);
            put(Long.toString(number % plan.keys()).getBytes(UTF_8));
        }
        put(DATA);
        numbers[0] = plan.run();
        numbers[1] = channel;
        numbers[2] = number;
        numbers[3] = ts;
        length = content.write(body, length, numbers);
        put(END);
    }

    private void put(byte[] bytes) {
        System.arraycopy(bytes, 0, body, length, bytes.length);
        length += bytes.length;
    }

    boolean isEmpty() {
        return count == 0;
    }

    boolean isFull() {
        return count == plan.batch();
    }

    /** Publications in it. */
    int count() {
        return count;
    }

    int channel(int index) {
        return channels[index];
    }

    /** When publication {@code index} was due, in epoch milliseconds. */
    long time(int index) {
        return times[index];
    }

    byte[] body() {
        return body;
    }

    int length() {
        return length;
    }

    /** It is confirmed: what follows is a new one. */
    void clear() {
        count = 0;
        length = 0;
    }
}
