package dev.fanfare.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.Test;

class FloodFilterTest {
    private final LoggerContext context = new LoggerContext();
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @Test
    void keepsAClassFromFillingTheLogWithoutSilencingOthers() {
        FloodFilter filter = new FloodFilter();
        filter.setContext(context);
        filter.start();
        context.addTurboFilter(filter);
        lines.setContext(context);
        lines.start();
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(lines);
        Logger loud = context.getLogger("io.netty.channel.DefaultChannelPipeline");
        for (int i = 0; i < 1_000; i++) {
            loud.warn("an exception reached the tail {}", i, new IllegalStateException());
            loud.error("and another one");
            loud.info("this is {} of what an operator asked for", i);
        }
        context.getLogger("other").warn("is heard");
        assertThat(lines.list)
                .filteredOn(line -> line.getLevel().levelInt > ch.qos.logback.classic.Level.INFO_INT)
                .hasSize(11);
        assertThat(lines.list)
                .filteredOn(line -> line.getLevel() == ch.qos.logback.classic.Level.INFO)
                .hasSize(1_000);
        assertThat(lines.list.get(lines.list.size() - 1).getMessage()).isEqualTo("is heard");
    }
}
