package dev.fanfare.gateway.api;

import dev.fanfare.gateway.auth.Principal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** How much each user may publish. Of those who have not published for longest it forgets, and then they begin anew. Any thread. */
final class UserRates {
    private static final int REMEMBERED = 10_000;

    private final int perSecond;
    private final LongSupplier nanoTime;
    private final PublishRate unlimited;
    /** Guarded by itself. */
    private final Map<String, PublishRate> rates = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, PublishRate> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** {@code perSecond} is 0 for no limit. */
    UserRates(int perSecond, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
        this.unlimited = new PublishRate(0, "", nanoTime);
    }

    /** The one of {@code who}; tokens that name no user share one. */
    PublishRate of(Principal who) {
        if (perSecond == 0) {
            return unlimited;
        }
        synchronized (rates) {
            return rates.computeIfAbsent(
                    who.user(), user -> new PublishRate(perSecond, "api.user-publish-rate", nanoTime));
        }
    }
}
