package dev.fanfare.gateway.api;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.fanfare.gateway.auth.Permissions;
import dev.fanfare.gateway.auth.Principal;
import dev.fanfare.gateway.channel.ChannelName;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.engine.Broker;
import dev.fanfare.gateway.engine.EngineException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Checks what is to be published and hands it to the engine. Any thread. */
final class Publisher {
    /** Why bytes that are not UTF-8 are not published. */
    static final String TEXT_ONLY = "the data must be UTF-8 text; streams carry text only";

    /**
     * Events that on SSE the gateway itself sends, or an EventSource tells its page: what the holder of a token publishes must not be taken
     * for them. Whoever holds a key is trusted with them.
     */
    private static final Set<String> OURS = Set.of("join", "leave", "gap", "expired", "open", "error");

    private final Broker broker;
    private final ChannelsConfig channels;
    private final BooleanSupplier overloaded;
    private final Background background;

    Publisher(Broker broker, ChannelsConfig channels, BooleanSupplier overloaded, Background background) {
        this.broker = broker;
        this.channels = channels;
        this.overloaded = overloaded;
        this.background = background;
    }

    /** One of several publications that are made together: its request, or why there is none. */
    record Draft(Broker.@Nullable Request request, @Nullable ApiError error) {
        /** What {@code making} makes. */
        static Draft of(Making making) {
            try {
                return new Draft(making.make(), null);
            } catch (ApiError refused) {
                return new Draft(null, refused);
            }
        }
    }

    /** Makes a request. */
    @FunctionalInterface
    interface Making {
        Broker.Request make() throws ApiError;
    }

    /** What became of a draft: either is given. */
    record Published(
            @Nullable StreamPosition position, @Nullable ApiError error) {
        private static Published of(Broker.Outcome outcome) {
            EngineException failure = outcome.failure();
            return failure == null
                    ? new Published(outcome.position(), null)
                    : new Published(null, ApiError.of(failure));
        }

        /** Its place in the channel. */
        StreamPosition orThrow() throws ApiError {
            if (error != null) {
                throw error;
            }
            return position == null ? new StreamPosition(0, "") : position;
        }

        /** Writes {@code {"result":{"offset","epoch"}}} or {@code {"error":{"code","message"}}}. */
        void writeTo(StringBuilder json) {
            if (error != null) {
                json.append("{\"error\":{\"code\":").append(error.code().number).append(",\"message\":\"");
                JsonStringEncoder.getInstance().quoteAsString(error.words(), json);
                json.append("\"}}");
            } else if (position != null) {
                json.append("{\"result\":");
                write(position, json);
                json.append('}');
            }
        }
    }

    /** Writes {@code {"offset","epoch"}}. */
    static void write(StreamPosition position, StringBuilder json) {
        json.append("{\"offset\":").append(position.offset()).append(",\"epoch\":\"");
        JsonStringEncoder.getInstance().quoteAsString(position.epoch(), json);
        json.append("\"}");
    }

    /**
     * A request of {@code caller} to publish {@code message} to {@code channel}.
     *
     * @throws ApiError if the channel does not take it
     */
    Broker.Request request(Caller caller, String channel, Message message) throws ApiError {
        ChannelRules rules = rulesOf(channel);
        caller.require(Permissions.publish(caller.who(), channel, rules));
        String type = message.content().type();
        if (type != null && caller.who().kind() != Principal.Kind.OPERATOR && OURS.contains(type)) {
            throw ApiError.bad("with a token 'type' must be none of %s, which the gateway says itself"
                    .formatted(String.join(", ", new TreeSet<>(OURS))));
        }
        int length = message.content().data().length;
        if (length > rules.maxPayload()) {
            throw new ApiError(
                    ApiError.Code.TOO_LARGE,
                    "%d bytes are too many for %s; allowed: %d".formatted(length, channel, rules.maxPayload()));
        }
        return new Broker.Request(channel, rules, message.content(), once(caller.who(), message.idempotencyKey()));
    }

    /** A user's key is its own: whoever guesses another's must not make that one's message look like a repetition. */
    private static @Nullable String once(Principal who, @Nullable String key) {
        return key == null || who.kind() == Principal.Kind.OPERATOR
                ? key
                : who.user().length() + ":" + who.user() + key;
    }

    /** The rules of {@code channel}, which must be a valid name. */
    ChannelRules rulesOf(String channel) throws ApiError {
        String problem = ChannelName.problem(channel, channels.maxName());
        if (problem != null) {
            throw ApiError.bad(problem);
        }
        return channels.rulesOf(channel);
    }

    /** Channels and patterns one connection may subscribe to. */
    int maxPerConnection() {
        return channels.maxPerConnection();
    }

    /** The longest name of a channel. */
    int maxName() {
        return channels.maxName();
    }

    /**
     * Publishes one.
     *
     * @throws ApiError 111 if the gateway or the configured rate cannot take more now
     */
    CompletionStage<Published> publish(Caller caller, Broker.Request request) throws ApiError {
        require(caller, 1);
        return broker.publish(List.of(request)).thenApply(outcomes -> Published.of(outcomes.get(0)));
    }

    /**
     * Publishes in this order; {@code reply} gets the outcomes in the same order.
     *
     * @throws ApiError 111 if the gateway or the configured rate cannot take more now; then none is published
     */
    <R> CompletionStage<R> publish(Caller caller, List<Draft> drafts, Function<List<Published>, R> reply)
            throws ApiError {
        List<Broker.Request> batch = new ArrayList<>(drafts.size());
        for (Draft draft : drafts) {
            if (draft.request() != null) {
                batch.add(draft.request());
            }
        }
        require(caller, batch.size());
        return background.apply(
                broker.publish(batch), drafts.size(), outcomes -> reply.apply(merged(drafts, outcomes)));
    }

    private static List<Published> merged(List<Draft> drafts, List<Broker.Outcome> outcomes) {
        List<Published> merged = new ArrayList<>(drafts.size());
        Iterator<Broker.Outcome> made = outcomes.iterator();
        for (Draft draft : drafts) {
            merged.add(draft.error() == null ? Published.of(made.next()) : new Published(null, draft.error()));
        }
        return merged;
    }

    private void require(Caller caller, int count) throws ApiError {
        if (overloaded.getAsBoolean()) {
            throw ApiError.busy("subscribers cannot be served as fast as you publish; try again later", 1);
        }
        caller.take(count);
    }
}
