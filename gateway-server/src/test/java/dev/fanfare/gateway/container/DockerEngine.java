package dev.fanfare.gateway.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;

/** Whether images can be run here, and which. */
final class DockerEngine {
    private DockerEngine() {}

    /** Asks Testcontainers only where there is something to ask; without, it would search for a while and complain at length. */
    static boolean answers() {
        Path home = Path.of(System.getProperty("user.home"));
        boolean named =
                System.getenv("DOCKER_HOST") != null || Files.exists(home.resolve(".testcontainers.properties"));
        boolean listens = Stream.of(
                        Path.of("/var/run/docker.sock"),
                        home.resolve(".docker/run/docker.sock"),
                        home.resolve(".docker/desktop/docker.sock"),
                        Path.of(System.getenv().getOrDefault("XDG_RUNTIME_DIR", "/none"), "docker.sock"))
                .anyMatch(Files::exists);
        return (named || listens) && DockerClientFactory.instance().isDockerAvailable();
    }

    /** The image that FANFARE_IMAGE names, or one built from this repository: some minutes the first time, seconds then. */
    static String gatewayImage() throws Exception {
        String ready = System.getenv("FANFARE_IMAGE");
        if (ready != null) {
            return ready;
        }
        Path log = Files.createTempFile("docker-build", ".log");
        Process build = new ProcessBuilder(
                        "docker", "build", "-f", "ops/docker/Dockerfile", "-t", "fanfare-gateway:test", ".")
                .directory(repository().toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = build.waitFor(10, TimeUnit.MINUTES);
        build.destroyForcibly();
        String output = Files.readString(log);
        Files.delete(log);
        assertThat(ended).as("docker build ends within ten minutes:\n" + output).isTrue();
        assertThat(build.exitValue()).as(output).isZero();
        return "fanfare-gateway:test";
    }

    /** 1.27.3 or newer, with bash: see {@code ops/docker/nginx-start}. */
    static String nginxImage() {
        return System.getenv().getOrDefault("FANFARE_NGINX_IMAGE", "nginx:1.28");
    }

    static Path repository() {
        for (Path at = Path.of(System.getProperty("user.dir")).toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("ops/docker/Dockerfile"))) {
                return at;
            }
        }
        throw new IllegalStateException("no ops/docker/Dockerfile above " + System.getProperty("user.dir"));
    }
}
