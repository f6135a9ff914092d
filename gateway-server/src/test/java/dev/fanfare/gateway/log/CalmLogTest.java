package dev.fanfare.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class CalmLogTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(CalmLogTest.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000); // nanoTime() may overflow
    private final CalmLog log = new CalmLog(logger, now::get);

    @BeforeEach
    void listen() {
        lines.start();
        logger.setAdditive(false);
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
    }

    @Test
    void writesOneLineInTenSecondsAndSaysHowManyWereLeftOut() {
        for (int i = 0; i < 1_000; i++) {
            log.say(to -> to.warn("something"));
            now.addAndGet(Duration.ofMillis(1).toNanos());
        }
        assertThat(lines.list).extracting(ILoggingEvent::getFormattedMessage).containsExactly("something");
        now.addAndGet(Duration.ofSeconds(10).toNanos());
        log.say(to -> to.warn("something"));
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("something", "something", "… and 999 more like this were left out since the last one");
        now.addAndGet(Duration.ofSeconds(11).toNanos());
        log.say(to -> to.warn("something"));
        assertThat(lines.list).hasSize(4);
    }
}
