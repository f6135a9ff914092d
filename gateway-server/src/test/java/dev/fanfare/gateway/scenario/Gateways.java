package dev.fanfare.gateway.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import dev.fanfare.gateway.boot.RunningGateway;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Starts gateways for a test class and ends them after each test. A warning in the log that the test did not announce
 * fails it, and so does a buffer that Netty found leaked: the log is where both show.
 */
final class Gateways implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
    /** Where a parameterised test finds {@link #transports()}. */
    static final String TRANSPORTS = "dev.fanfare.gateway.scenario.Gateways#transports";

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Queue<String> warnings = new ConcurrentLinkedQueue<>();
    private final List<String> expected = new ArrayList<>();
    private final List<CompletableFuture<?>> endings = new ArrayList<>();
    /** Ending a gateway takes a tenth of a second in which the next test can run. */
    private final ExecutorService background = Executors.newCachedThreadPool(Thread::new);

    private final AppenderBase<ILoggingEvent> log = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
                IThrowableProxy cause = event.getThrowableProxy();
                warnings.add(event.getLoggerName() + ": " + event.getFormattedMessage()
                        + (cause == null ? "" : " (" + cause.getClassName() + ": " + cause.getMessage() + ")"));
            }
        }
    };

    /** A gateway that ends with the test; settings as in {@link RunningGateway#with}. */
    RunningGateway start(String... settings) {
        return closing(RunningGateway.with(settings));
    }

    /** Something else that ends with the test. */
    <T extends AutoCloseable> T closing(T resource) {
        open.add(resource);
        return resource;
    }

    /** Warnings with these words are what the test wants. */
    void expectWarning(String words) {
        expected.add(words);
    }

    List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** For parameterised tests: what can run here. */
    static List<String> transports() {
        List<String> names = new ArrayList<>(List.of("nio"));
        if (Epoll.isAvailable()) {
            names.add("epoll");
        }
        if (IoUring.isAvailable()) {
            names.add("io-uring");
        }
        return names;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        log.setContext((LoggerContext) LoggerFactory.getILoggerFactory());
        log.start();
        root().addAppender(log);
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(Duration.ofMillis(20));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            for (int i = open.size() - 1; i >= 0; i--) {
                AutoCloseable resource = open.get(i);
                endings.add(CompletableFuture.runAsync(() -> end(resource), background));
            }
            warnings.removeIf(warning -> expected.stream().anyMatch(warning::contains));
            if (!expected.isEmpty()) { // a CalmLog is one for all tests, and may now tell of lines of the one before
                warnings.removeIf(warning -> warning.contains("more like this were left out"));
            }
            assertThat(warnings).as("warnings in the log").isEmpty();
        } finally {
            open.clear();
            warnings.clear();
            expected.clear();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Awaitility.reset();
        endings.forEach(CompletableFuture::join);
        background.shutdown();
        System.gc();
        for (int i = 0; i < 200; i++) { // a leak is reported when the next buffer is tracked
            PooledByteBufAllocator.DEFAULT.directBuffer().release();
            Unpooled.directBuffer().release();
        }
        root().detachAppender(log);
        assertThat(warnings).as("leaks").isEmpty();
    }

    private static void end(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception failure) {
            throw new AssertionError("cannot end " + resource, failure);
        }
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }
}
