package dev.fanfare.gateway.session;

import dev.fanfare.gateway.auth.Permissions;
import dev.fanfare.gateway.auth.Principal;
import dev.fanfare.gateway.channel.ChannelName;
import dev.fanfare.gateway.channel.ChannelPattern;
import dev.fanfare.gateway.channel.ChannelRules;
import dev.fanfare.gateway.channel.ChannelsConfig;
import dev.fanfare.gateway.channel.Cursor;
import dev.fanfare.gateway.channel.StreamPosition;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.hub.Wish;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which channels a stream is for, in which form, and where the client stood before.
 *
 * @param wishes at least one
 * @param envelope whether messages come as JSON objects that name their channel
 */
public record StreamRequest(List<Wish> wishes, boolean envelope) {
    private static final Pattern POSITION =
            Pattern.compile("([^,]+),(\\d{1,18}),([0-9A-Za-z_-]{1," + StreamPosition.LONGEST_EPOCH + "})");

    private static final List<String> CURSORS = List.of("recover", "lastEventId", "last_event_id", "Last-Event-ID");

    public StreamRequest {
        wishes = List.copyOf(wishes);
    }

    /**
     * Reads the query: {@code channels} (a comma-separated list, repeated or not), {@code format} ({@code raw} or
     * {@code json}), and a cursor ({@code recover}, {@code lastEventId}, {@code last_event_id}) or positions ({@code recover}).
     *
     * <p>What may not be subscribed to refuses the whole stream: a client that asked for three channels and hears two would not know it. So a
     * cursor, too, reads only where its bearer may subscribe.
     *
     * @param who asks; without names in the query the stream is for the channels its token names, else for the ticks
     * @param query parameters of the request
     * @param lastEventId the header, stronger than the query
     * @param webSocket its messages come in an envelope unless {@code format=raw} is asked for, or no channel is named
     * @throws HttpProblem 400, 401 or 403, naming what was wrong and what is allowed
     */
    public static StreamRequest of(
            Principal who,
            Map<String, List<String>> query,
            @Nullable String lastEventId,
            boolean webSocket,
            ChannelsConfig config)
            throws HttpProblem {
        Set<String> names = names(query);
        String format = last(query, "format");
        if (format != null && !format.equals("raw") && !format.equals("json")) {
            throw bad("format '%s' is not known; allowed: raw, json".formatted(format));
        }
        names.addAll(names.isEmpty() ? who.grants().channels() : List.of());
        boolean standard = webSocket && !names.isEmpty();
        if (names.isEmpty()) {
            names.add(ChannelsConfig.TICKS);
        }
        if (names.size() > config.maxPerConnection()) {
            throw bad("%d channels are too many for one connection; allowed: %d (channels.max-per-connection)"
                    .formatted(names.size(), config.maxPerConnection()));
        }
        Map<String, StreamPosition> told = lastEventId == null ? positions(query) : Map.of();
        String sent = lastEventId != null ? lastEventId : told.isEmpty() ? cursor(query) : null;
        Cursor cursor = sent == null || sent.isEmpty() ? null : Cursor.parse(sent);
        boolean lost = sent != null && !sent.isEmpty() && cursor == null;
        Map<String, StreamPosition> known = cursor == null ? told : cursor.of(names);
        boolean cameBack = cursor != null || lost || !told.isEmpty();
        List<Wish> wishes = new ArrayList<>(names.size());
        for (String name : names) {
            StreamPosition since = lost ? StreamPosition.UNKNOWN : known.get(name);
            wishes.add(wish(name, rules(who, name, config), since, cameBack));
        }
        return new StreamRequest(wishes, format == null ? standard : format.equals("json"));
    }

    private static ChannelRules rules(Principal who, String name, ChannelsConfig config) throws HttpProblem {
        boolean isPattern = ChannelPattern.isPattern(name);
        String problem = isPattern
                ? ChannelPattern.problem(name, config.maxName())
                : ChannelName.problem(name, config.maxName());
        if (problem != null) {
            throw bad(problem);
        }
        ChannelRules rules = config.rulesOf(name);
        HttpProblem refused = Permissions.subscribe(who, name, rules);
        if (refused != null) {
            throw refused;
        }
        return rules;
    }

    private static Wish wish(String name, ChannelRules rules, @Nullable StreamPosition since, boolean cameBack) {
        boolean missed =
                cameBack && (ChannelPattern.isPattern(name) || !rules.retains()); // a cursor has no place for these
        return new Wish(name, rules, missed ? StreamPosition.UNKNOWN : since);
    }

    private static Set<String> names(Map<String, List<String>> query) {
        Set<String> names = new LinkedHashSet<>();
        for (String list : query.getOrDefault("channels", List.of())) {
            for (String name : list.split(",", -1)) {
                names.add(name.trim());
            }
        }
        return names;
    }

    /** What a client that has no cursor says itself, as WebSocket messages told it: {@code recover=CHANNEL,OFFSET,EPOCH}, for each channel. */
    private static Map<String, StreamPosition> positions(Map<String, List<String>> query) throws HttpProblem {
        Map<String, StreamPosition> positions = new HashMap<>();
        for (String value : query.getOrDefault("recover", List.of())) {
            Matcher parts = POSITION.matcher(value);
            if (parts.matches()) {
                positions.put(parts.group(1), new StreamPosition(Long.parseLong(parts.group(2)), parts.group(3)));
            } else if (value.indexOf(',') >= 0) {
                throw bad(
                        "recover '%s' is not known; allowed: CHANNEL,OFFSET,EPOCH, or an event's id".formatted(value));
            }
        }
        return positions;
    }

    private static @Nullable String cursor(Map<String, List<String>> query) {
        for (String name : CURSORS) {
            String value = last(query, name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    private static @Nullable String last(Map<String, List<String>> query, String name) {
        List<String> values = query.getOrDefault(name, List.of());
        return values.isEmpty() ? null : values.get(values.size() - 1);
    }

    private static HttpProblem bad(String detail) {
        return HttpProblem.of(HttpResponseStatus.BAD_REQUEST, detail);
    }
}
