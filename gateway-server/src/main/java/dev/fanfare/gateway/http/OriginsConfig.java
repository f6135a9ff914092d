package dev.fanfare.gateway.http;

import dev.fanfare.gateway.config.Settings;
import java.util.List;

/**
 * Which web pages may use the gateway beside its own.
 *
 * @param allowed as written; {@code *} stands for any, without cookies
 */
public record OriginsConfig(List<String> allowed) {
    /** Any page, but without its visitors' cookies. */
    static final String ANY = "*";

    public OriginsConfig {
        allowed = List.copyOf(allowed);
    }

    public static OriginsConfig from(Settings in) {
        return new OriginsConfig(in.list(
                "origins.allowed",
                OriginRule.ALLOWED,
                text -> {
                    if (!text.equals(ANY)) {
                        OriginRule.of(text);
                    }
                    return text;
                },
                "origins of web pages that may connect and call, beside the gateway's own; * is any, but without cookies; "
                        + "default: any while nobody needs a token, else none"));
    }
}
