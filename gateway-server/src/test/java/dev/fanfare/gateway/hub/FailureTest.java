package dev.fanfare.gateway.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.gateway.metrics.CloseReason;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FailureTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection reset by peer",
                "Connection reset",
                "Broken pipe",
                "sendAddress(..) failed with error(-32): Broken pipe",
                "recvAddress(..) failed with error(-104): Connection reset by peer"
            })
    void aResetOrABrokenPipeIsAClientThatWentAway(String words) {
        assertThat(Failure.reason(new IOException(words))).isEqualTo(CloseReason.CLIENT);
    }

    @Test
    void aClosedChannelIsAClientThatWentAway() {
        assertThat(Failure.reason(new ClosedChannelException())).isEqualTo(CloseReason.CLIENT);
    }

    @Test
    void anAcknowledgementThatNeverCameIsAStall() {
        assertThat(Failure.reason(new IOException("Connection timed out"))).isEqualTo(CloseReason.STALLED);
    }

    @Test
    void aCauseIsLookedAtToo() {
        assertThat(Failure.reason(new IllegalStateException(null, new IOException("Broken pipe"))))
                .isEqualTo(CloseReason.CLIENT);
    }

    @Test
    void aChannelThatATimeoutClosedIsAStall() {
        assertThat(Failure.reason(new ClosedChannelException().initCause(new IOException("Connection timed out"))))
                .isEqualTo(CloseReason.STALLED);
    }

    @Test
    void anythingElseIsAnError() {
        assertThat(Failure.reason(new IOException("No route to host"))).isEqualTo(CloseReason.IO_ERROR);
        assertThat(Failure.reason(new IOException((String) null))).isEqualTo(CloseReason.IO_ERROR);
    }
}
