package dev.fanfare.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.gateway.channel.ChannelName;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.channel.Publication;
import dev.fanfare.gateway.engine.Broker;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Checks what is to be published and hands it to the engine. Any thread. */
final class Publisher {
    private static final int MAX_KEY = 256;

    private final Broker broker;
    private final ChannelsConfig channels;
    private final BooleanSupplier overloaded;
    private final int rate;
    /** When the next publication may come, in nanoseconds: a bucket that holds one second's worth. */
    private final AtomicLong nextNanos = new AtomicLong(System.nanoTime());

    Publisher(Broker broker, ChannelsConfig channels, int rate, BooleanSupplier overloaded) {
        this.broker = broker;
        this.channels = channels;
        this.rate = rate;
        this.overloaded = overloaded;
    }

    /**
     * A request to publish {@code data} to {@code channel}.
     *
     * @param json whether data is JSON
     * @throws ApiError if the channel does not take it
     */
    Broker.Request request(String channel, byte[] data, boolean json, Options options) throws ApiError {
        ChannelRules rules = rulesOf(channel);
        if (!rules.publish()) {
            throw new ApiError(
                    ApiError.Code.PERMISSION_DENIED,
                    "nobody may publish to %s (its namespace says so)".formatted(channel));
        }
        if (data.length > rules.maxPayload()) {
            throw new ApiError(
                    ApiError.Code.LIMIT_EXCEEDED,
                    "%d bytes are too many for %s; allowed: %d".formatted(data.length, channel, rules.maxPayload()));
        }
        return new Broker.Request(
                channel,
                rules,
                new Publication.Content(Publication.Kind.MESSAGE, data, json, options.type(), options.key()),
                options.idempotencyKey());
    }

    /** What may be said beside the data: SSE event type, conflation key, idempotency key. */
    record Options(
            @Nullable String type,
            @Nullable String key,
            @Nullable String idempotencyKey) {
        static final Options NONE = new Options(null, null, null);

        /** Checks that each is short and on one line. */
        static Options of(@Nullable String type, @Nullable String key, @Nullable String once) throws ApiError {
            return new Options(checked("type", type), checked("key", key), checked("idempotency_key", once));
        }

        private static @Nullable String checked(String name, @Nullable String value) throws ApiError {
            if (value != null && (value.length() > MAX_KEY || value.chars().anyMatch(c -> c < ' '))) {
                throw ApiError.bad("%s must have at most %d characters, none of them a control character"
                        .formatted(name, MAX_KEY));
            }
            return value;
        }
    }

    /** The rules of {@code channel}, which must be a valid name. */
    ChannelRules rulesOf(String channel) throws ApiError {
        String problem = ChannelName.problem(channel, channels.maxName());
        if (problem != null) {
            throw ApiError.bad(problem);
        }
        return channels.rulesOf(channel);
    }

    /**
     * Publishes in this order.
     *
     * @throws ApiError 111 if the gateway or the configured rate cannot take more now
     */
    CompletionStage<List<Broker.Outcome>> publish(List<Broker.Request> batch) throws ApiError {
        if (overloaded.getAsBoolean()) {
            throw new ApiError(
                    ApiError.Code.TOO_MANY_REQUESTS,
                    "subscribers cannot be served as fast as you publish; try again later");
        }
        takeFromBucket(batch.size());
        return broker.publish(batch);
    }

    private void takeFromBucket(int count) throws ApiError {
        if (rate == 0) {
            return;
        }
        long second = 1_000_000_000L;
        long cost = count * second / rate;
        long now = System.nanoTime();
        long before = nextNanos.get();
        long from = Math.max(before, now - second);
        while (from <= now && !nextNanos.compareAndSet(before, from + cost)) {
            before = nextNanos.get();
            from = Math.max(before, now - second);
        }
        if (from > now) {
            throw new ApiError(
                    ApiError.Code.TOO_MANY_REQUESTS,
                    "more than %d publications per second (api.publish-rate)".formatted(rate));
        }
    }

    /** A member that must be a text. */
    static String text(JsonNode params, String name) throws ApiError {
        JsonNode value = params.path(name);
        if (!value.isTextual() || value.textValue().isEmpty()) {
            throw ApiError.bad("'%s' must be a text that is not empty".formatted(name));
        }
        return value.textValue();
    }

    /** A member that may be a text. */
    static @Nullable String textOrNull(JsonNode params, String name) throws ApiError {
        JsonNode value = params.path(name);
        if (value.isMissingNode()
                || value.isNull()
                || (value.isTextual() && value.textValue().isEmpty())) {
            return null;
        }
        if (!value.isTextual()) {
            throw ApiError.bad("'%s' must be a text".formatted(name));
        }
        return value.textValue();
    }
}
