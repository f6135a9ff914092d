package dev.fanfare.gateway.api;

import dev.fanfare.gateway.auth.Principal;
import dev.fanfare.gateway.http.HttpProblem;
import dev.fanfare.gateway.metrics.ApiRefusal;
import dev.fanfare.gateway.metrics.GatewayMetrics;
import org.jspecify.annotations.Nullable;

/**
 * Who calls the API. Immutable; any thread.
 *
 * @param who the holder of a key is {@link Principal#OPERATOR}
 * @param rate how much it may publish
 * @param metrics counts what it may not do
 */
record Caller(Principal who, PublishRate rate, GatewayMetrics metrics) {
    /**
     * Refuses everybody but holders of a key.
     *
     * @throws ApiError 103
     */
    void requireKey() throws ApiError {
        if (who.kind() != Principal.Kind.OPERATOR) {
            metrics.apiRefused(ApiRefusal.PERMISSION);
            throw new ApiError(ApiError.Code.PERMISSION_DENIED, "this needs the key of the API; a token does not do");
        }
    }

    /**
     * Hands on why it may not do something; null if it may.
     *
     * @throws ApiError 101 or 103
     */
    void require(@Nullable HttpProblem refused) throws ApiError {
        if (refused != null) {
            metrics.apiRefused(ApiRefusal.PERMISSION);
            throw ApiError.of(refused);
        }
    }

    /**
     * Takes {@code count} publications of what it may publish.
     *
     * @throws ApiError 111 if there is none to take
     */
    void take(int count) throws ApiError {
        try {
            rate.take(count);
        } catch (ApiError tooMany) {
            metrics.apiRefused(ApiRefusal.PUBLISH_RATE);
            throw tooMany;
        }
    }
}
