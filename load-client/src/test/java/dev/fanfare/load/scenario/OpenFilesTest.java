package dev.fanfare.load.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OpenFilesTest {
    @Test
    void theSoftLimitCountsAndSomeFilesAreKeptBack() {
        assertThat(OpenFiles.connections(List.of(
                        "Limit                     Soft Limit           Hard Limit           Units",
                        "Max open files            20000                1048576              files")))
                .isEqualTo(19_800);
    }

    @Test
    void noLimitIsNoLimit() {
        assertThat(OpenFiles.connections(
                        List.of("Max open files            unlimited            unlimited            files")))
                .isEqualTo(Integer.MAX_VALUE);
        assertThat(OpenFiles.connections(List.of())).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void workersAreStartedOnlyWhenOneProcessDoesNotDo() {
        assertThat(OpenFiles.processesFor(19_800, 19_800)).isZero();
        assertThat(OpenFiles.processesFor(19_801, 19_800)).isEqualTo(2);
        assertThat(OpenFiles.processesFor(100_000, 19_800)).isEqualTo(6);
    }
}
