package dev.fanfare.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryRevocationsTest {
    private static final long START = 1_800_000_000;

    private long now = START;
    private final MemoryRevocations revocations = new MemoryRevocations(3, Duration.ofHours(1), new TestClock());

    /** The time of {@link #now}. */
    private final class TestClock extends Clock {
        @Override
        public Instant instant() {
            return Instant.ofEpochSecond(now);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private static Principal who(String user, String token, long issuedAt) {
        return new Principal(Principal.Kind.TOKEN, user, null, token, issuedAt, Principal.NEVER, Grants.NONE);
    }

    private boolean revoke(Revocation revocation) {
        return !revocations.revoke(revocation).toCompletableFuture().isCompletedExceptionally();
    }

    @Test
    void aTokenIsRevokedByItsId() {
        assertThat(revoke(Revocation.ofToken("a"))).isTrue();
        assertThat(revocations.isRevoked(who("1", "a", START))).isTrue();
        assertThat(revocations.isRevoked(who("1", "b", START))).isFalse();
        assertThat(revocations.isRevoked(Principal.ANONYMOUS)).isFalse();
    }

    @Test
    void aUserIsRevokedUpToAMoment() {
        revoke(Revocation.ofUser("1", START));
        assertThat(revocations.isRevoked(who("1", "a", START - 1))).isTrue();
        assertThat(revocations.isRevoked(who("1", "a", 0)))
                .as("it does not say when")
                .isTrue();
        assertThat(revocations.isRevoked(who("1", "a", START))).isFalse();
        assertThat(revocations.isRevoked(who("2", "a", START - 1))).isFalse();
        revoke(Revocation.ofUser("1", START - 100));
        assertThat(revocations.isRevoked(who("1", "a", START - 1)))
                .as("the later holds")
                .isTrue();
    }

    @Test
    void everythingIsRevokedUpToAMomentAndTakesTheUsersIn() {
        revoke(Revocation.ofUser("1", START));
        revoke(Revocation.ofUser("2", START + 10));
        revoke(Revocation.ofEverythingBefore(START));
        assertThat(revocations.isRevoked(who("7", "a", START - 1))).isTrue();
        assertThat(revocations.isRevoked(who("7", "a", START))).isFalse();
        assertThat(revocations.isRevoked(who("2", "a", START + 9))).isTrue();
        assertThat(revocations.count()).isEqualTo(1);
    }

    @Test
    void thereIsNoRoomForMoreThanMayBeAndNothingGivesWay() {
        assertThat(List.of(
                        revoke(Revocation.ofToken("a")),
                        revoke(Revocation.ofToken("b")),
                        revoke(Revocation.ofUser("c", START)),
                        revoke(Revocation.ofToken("d")),
                        revoke(Revocation.ofToken("a")),
                        revoke(Revocation.ofEverythingBefore(1))))
                .containsExactly(true, true, true, false, true, true);
        assertThat(revocations.isRevoked(who("1", "a", START))).isTrue();
        assertThat(revocations.isRevoked(who("1", "d", START))).isFalse();
    }

    @Test
    void aRevocationIsForgottenWhenNoTokenCanBeValid() {
        revoke(Revocation.ofToken("a"));
        revoke(Revocation.ofUser("u", START + 600));
        now += 3599;
        revoke(Revocation.ofToken("b"));
        assertThat(revocations.count()).isEqualTo(3);
        now += 1;
        assertThat(revoke(Revocation.ofToken("c"))).as("the place of a").isTrue();
        assertThat(revocations.count()).isEqualTo(3);
        now += 600;
        assertThat(revocations.count()).isEqualTo(2);
        assertThat(revocations.isRevoked(who("u", "x", START))).isFalse();
    }

    @Test
    void whereTokensLiveForEverSoDoRevocations() {
        MemoryRevocations kept = new MemoryRevocations(3, Duration.ZERO, new TestClock());
        kept.revoke(Revocation.ofToken("a"));
        now += 1_000_000_000;
        assertThat(kept.count()).isEqualTo(1);
    }

    @Test
    void aMomentFarAheadIsAMistake() {
        assertThat(revoke(Revocation.ofEverythingBefore(START * 1000))).isFalse();
        assertThat(revoke(Revocation.ofUser("1", START + 90_000))).isFalse();
        assertThat(revocations.isRevoked(who("1", "a", START))).isFalse();
        assertThat(revoke(Revocation.ofEverythingBefore(START + 86_400))).isTrue();
    }

    @Test
    void listenersAreToldWhatHoldsAlready() {
        List<Boolean> held = new ArrayList<>();
        Principal who = who("1", "a", START);
        revocations.listen(revocation -> held.add(revocation.covers(who) && revocations.isRevoked(who)));
        revoke(Revocation.ofToken("a"));
        revoke(Revocation.ofUser("1", START + 1));
        revoke(Revocation.ofEverythingBefore(START + 1));
        assertThat(held).containsExactly(true, true, true);
    }

    @Test
    void aRevocationCoversTheTokensItMeans() {
        assertThat(Revocation.ofToken("a").covers(who("1", "b", 0))).isFalse();
        assertThat(Revocation.ofUser("1", 10).covers(who("1", "b", 10))).isFalse();
        assertThat(Revocation.ofUser("", 10).covers(Principal.ANONYMOUS)).isFalse();
        assertThat(Revocation.ofEverythingBefore(10).covers(Principal.OPERATOR)).isFalse();
    }
}
