package dev.fanfare.gateway.boot;

import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** SIGHUP. By reflection, because the JDK's one class for signals makes compilers warn whatever one does. */
final class Hangup {
    private static final Logger log = LoggerFactory.getLogger(Hangup.class);

    private Hangup() {}

    /** Does {@code action}, on a thread of the JVM's, whenever the process gets SIGHUP, which then no longer ends it. */
    static void then(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    handler.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        if (method.getDeclaringClass() == Object.class) {
                            return ofObject(method.getName(), self, arguments);
                        }
                        action.run();
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
        } catch (ReflectiveOperationException | RuntimeException none) { // Windows; java -Xrs
            log.info("SIGHUP is not heard here: {}", none.toString());
        }
    }

    private static @Nullable Object ofObject(String method, Object self, Object @Nullable [] arguments) {
        return switch (method) {
            case "equals" -> arguments != null && self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            default -> "SIGHUP";
        };
    }
}
