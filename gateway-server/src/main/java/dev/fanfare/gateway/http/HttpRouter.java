package dev.fanfare.gateway.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the route of a path; immutable, any thread. */
public final class HttpRouter {
    private static final int SHOWN = 80;

    private final Map<String, HttpRoute> routes;
    private final String known;

    /**
     * @param routes by exact path
     * @param others paths somebody else serves, for the words of a 404
     */
    public HttpRouter(Map<String, HttpRoute> routes, String... others) {
        this.routes = new TreeMap<>(routes);
        TreeSet<String> paths = new TreeSet<>(routes.keySet());
        paths.addAll(java.util.Set.of(others));
        this.known = String.join(", ", paths);
    }

    /**
     * The route for {@code path}; one whose own path ends with a slash serves everything below it.
     *
     * @throws HttpProblem 404 for an unknown path, 405 for a method the route does not take
     */
    public HttpRoute find(HttpMethod method, String path) throws HttpProblem {
        HttpRoute route = at(path);
        if (route == null) {
            String shown = path.length() > SHOWN ? path.substring(0, SHOWN) + "…" : path;
            throw HttpProblem.of(HttpResponseStatus.NOT_FOUND, "nothing at " + shown + "; there is " + known);
        }
        if (!route.methods().contains(method)) {
            String allow =
                    route.methods().stream().map(HttpMethod::name).sorted().collect(Collectors.joining(", "));
            throw notAllowed(method, path, allow);
        }
        return route;
    }

    /** The route for {@code path}, whatever the method; null if there is none. */
    public @Nullable HttpRoute at(String path) {
        HttpRoute route = routes.get(path);
        int slash = path.indexOf('/', 1);
        return route == null && slash > 0 ? routes.get(path.substring(0, slash + 1)) : route;
    }

    /**
     * Refuses methods other than GET.
     *
     * @param allow what the header {@code Allow} says (RFC 9110 §10.2.1)
     */
    public static void requireGet(HttpMethod method, String path, String allow) throws HttpProblem {
        if (!method.equals(HttpMethod.GET)) {
            throw notAllowed(method, path, allow);
        }
    }

    private static HttpProblem notAllowed(HttpMethod method, String path, String allow) {
        return HttpProblem.of(
                        HttpResponseStatus.METHOD_NOT_ALLOWED,
                        "%s is not allowed at %s; allowed: %s".formatted(method, path, allow))
                .with(HttpHeaderNames.ALLOW, allow);
    }
}
