package dev.fanfare.load.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.load.stats.Counter;
import dev.fanfare.load.stats.Interval;
import dev.fanfare.load.stats.Percentiles;
import dev.fanfare.load.stats.RunResult;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailConditionTest {
    /** Three lost, two failed, latencies of 100 and 600 ms, all in a window of one second. */
    private static RunResult result() {
        Interval interval = new Interval();
        interval.healthy().add(Counter.LOST, 3);
        interval.healthy().add(Counter.MESSAGES_SSE, 2);
        interval.slow().add(Counter.FAILED, 2);
        interval.failures().put("</script><b>", 2L);
        interval.latency().recordValue(100);
        interval.latency().recordValue(600);
        return new RunResult(
                0,
                "broadcast",
                Map.of("--url", "http://a"),
                List.of(),
                interval,
                interval,
                1000,
                10,
                Percentiles.of(interval.connect()),
                0,
                null,
                false);
    }

    @ParameterizedTest
    @CsvSource({
        "lost>0, true",
        "lost>3, false",
        "lost>=3, true",
        "lost<3, false",
        "lost<=3, true",
        "lost==3, true",
        "corrupt>0, false",
        "failed > 1, true",
        "p50>100ms, false",
        "p99>0.5s, true",
        "max>=601ms, false",
        "rate<2.5, true",
        "messages==2, true",
        "connected<1, true",
        "p99.9<1m, true"
    })
    void aConditionIsComparedWithItsMetric(String text, boolean holds) {
        assertThat(FailCondition.parseAll(text).get(0).check(result()).holds()).isEqualTo(holds);
    }

    @ParameterizedTest
    @ValueSource(strings = {"p99>500ms", "max<=1h"})
    void aTimeHoldsWhenNoMessageCame(String text) {
        Interval none = new Interval();
        Percentiles opening = Percentiles.of(none.connect());
        RunResult silent =
                new RunResult(0, "broadcast", Map.of(), List.of(), none, none, 1000, 10, opening, 0, null, false);
        FailCondition.Outcome outcome = FailCondition.parseAll(text).get(0).check(silent);
        assertThat(outcome.holds()).isTrue();
        assertThat(TextReport.of(silent, List.of(outcome))).contains("FAILED              " + text + ": no messages");
        assertThat(JsonReport.of(silent, List.of(outcome), Map.of())
                        .at("/failIf/0/value")
                        .isNull())
                .isTrue();
    }

    @Test
    void severalConditionsAreSeparatedByCommas() {
        assertThat(FailCondition.parseAll("lost>0, p99>500ms"))
                .extracting(FailCondition::text)
                .containsExactly("lost>0", "p99>500ms");
    }

    @Test
    void anUnknownMetricIsRefusedWithThoseAllowed() {
        assertThatThrownBy(() -> FailCondition.parseAll("lots>0"))
                .hasMessage("'lots>0': unknown metric 'lots'; allowed are " + Metric.labels())
                .hasMessageContaining("lost, duplicated, out-of-order, corrupt");
    }

    @ParameterizedTest
    @CsvSource({
        "p99>500, is not a time",
        "lost>5ms, is compared with a plain number",
        "lost, is not a condition",
        "lost=>1, is not a condition",
        "'', is not a condition",
        "'lost>0,', is not a condition"
    })
    void aMalformedConditionIsRefusedWithWhatIsAllowed(String text, String fault) {
        assertThatThrownBy(() -> FailCondition.parseAll(text)).hasMessageContaining(fault);
    }

    @Test
    void textInTheReportCannotEndTheScriptOfThePage() throws IOException {
        String page = HtmlReport.page(JsonReport.of(result(), List.of(), Map.of()));
        assertThat(page).contains("\\u003c/script>\\u003cb>").doesNotContain("</script><b>");
        assertThat(page).doesNotContain("/*REPORT*/null");
    }

    @Test
    void theSummaryNamesFaultsReasonsAndConditions() {
        RunResult result = result();
        List<FailCondition.Outcome> outcomes = FailCondition.parseAll("lost>0,p99>9s").stream()
                .map(c -> c.check(result))
                .toList();
        assertThat(TextReport.of(result, outcomes))
                .contains("  lost              3", "2 × </script><b>", "p50 100", "max 600 ms")
                .contains("FAILED              lost>0: lost is 3", "passed              p99>9s: p99 is 600 ms");
    }
}
