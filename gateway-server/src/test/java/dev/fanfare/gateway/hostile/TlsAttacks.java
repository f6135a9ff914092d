package dev.fanfare.gateway.hostile;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/** What can be done to the port that speaks TLS. */
final class TlsAttacks {
    /** First byte of a record that is an alert. */
    private static final char ALERT = 21;

    private TlsAttacks() {}

    /** With clients that would trust the gateway, {@code trusting}. */
    static Map<String, Attack> all(SSLContext trusting) {
        byte[] hello = hello(trusting);
        Map<String, Attack> all = new LinkedHashMap<>();
        all.put("TLS: handshakes that never begin", (site, course) -> stop(site, course, new byte[0]));
        all.put("TLS: half a hello, byte by byte", (site, course) -> stop(site, course, Arrays.copyOf(hello, 60)));
        all.put("TLS: a hello and no more", (site, course) -> stop(site, course, hello));
        all.put("TLS: hellos at speed", (site, course) -> storm(site, course, hello));
        all.put(
                "TLS: HTTP in the clear",
                (site, course) -> gone(
                        site,
                        course,
                        "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        all.put("TLS: a record of random bytes", TlsAttacks::noise);
        all.put("TLS: a hello of many records", (site, course) -> gone(site, course, torn(hello)));
        all.put("TLS 1.2: handshakes again and again", (site, course) -> again(site, course, trusting, "TLSv1.2"));
        return all;
    }

    /** A crowd that sends {@code beginning}, and then nothing more, or a byte now and then. */
    private static void stop(Attack.Site site, Attack.Course course, byte[] beginning) throws Exception {
        while (course.on()) {
            List<Enemy> crowd = site.tls().crowd(Math.min(50, site.size()), 0);
            crowd.forEach(enemy -> enemy.send(beginning));
            while (course.on() && Attack.gone(crowd) < crowd.size()) {
                Thread.sleep(100);
                if (beginning.length > 0 && beginning.length < 100) {
                    crowd.forEach(enemy -> enemy.send(new byte[1]));
                }
            }
            course.held(Attack.gone(crowd));
            Attack.end(crowd);
        }
    }

    /** More of them than the gateway begins in a second; those beyond get an alert. */
    private static void storm(Attack.Site site, Attack.Course course, byte[] hello) throws Exception {
        while (course.on()) {
            List<Enemy> crowd = site.tls().crowd(Math.min(60, site.size()), 0);
            crowd.forEach(enemy -> enemy.send(hello));
            for (Enemy enemy : crowd) {
                String answer = enemy.await(300);
                course.held(answer.isEmpty() ? enemy.isClosed() : answer.charAt(0) == ALERT);
            }
            Attack.end(crowd);
        }
    }

    private static void gone(Attack.Site site, Attack.Course course, byte[] bytes) throws Exception {
        while (course.on()) {
            try (Enemy enemy = site.tls().enemy()) {
                enemy.sendAll(bytes);
                String answer = enemy.await(1_500);
                course.held(enemy.isGone() || (!answer.isEmpty() && answer.charAt(0) == ALERT));
            }
            Attack.breathe();
        }
    }

    private static void noise(Attack.Site site, Attack.Course course) throws Exception {
        Random random = new Random(5);
        while (course.on()) {
            byte[] record = new byte[5 + 1 + random.nextInt(2_000)];
            random.nextBytes(record);
            record[0] = (byte) (20 + random.nextInt(5));
            record[1] = 3;
            record[2] = (byte) random.nextInt(5);
            record[3] = (byte) ((record.length - 5) >> 8);
            record[4] = (byte) (record.length - 5);
            try (Enemy enemy = site.tls().enemy()) {
                enemy.sendAll(record);
                String answer = enemy.await(1_500);
                course.held(enemy.isGone() || (!answer.isEmpty() && answer.charAt(0) == ALERT));
            }
        }
    }

    /** A handshake is asked for in an encrypted connection: costs the server more than the client. */
    private static void again(Attack.Site site, Attack.Course course, SSLContext trusting, String version)
            throws Exception {
        while (course.on()) {
            try (Socket socket = new Socket()) {
                socket.bind(new InetSocketAddress(Attack.Site.address(), 0));
                socket.setSoTimeout(2_000);
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), site.tlsPort()), 5_000);
                try (SSLSocket secure = (SSLSocket)
                        trusting.getSocketFactory().createSocket(socket, "localhost", site.tlsPort(), true)) {
                    secure.setEnabledProtocols(new String[] {version});
                    secure.startHandshake();
                    for (int i = 0; i < 100 && course.on(); i++) {
                        secure.startHandshake();
                        secure.getOutputStream().write(new byte[] {'\r', '\n'});
                        secure.getInputStream().read();
                    }
                }
            } catch (SSLException | java.net.SocketException refused) {
                course.held(true);
            } catch (IOException other) {
                Attack.breathe();
            }
        }
    }

    /** The hello in records of one byte each. */
    private static byte[] torn(byte[] hello) {
        ByteBuffer torn = ByteBuffer.allocate((hello.length - 5) * 6);
        for (int i = 5; i < hello.length; i++) {
            torn.put(hello, 0, 3).put((byte) 0).put((byte) 1).put(hello[i]);
        }
        torn.array()[torn.capacity() - 1] ^= 0x55; // and not a sound one
        return torn.array();
    }

    private static byte[] hello(SSLContext trusting) {
        try {
            SSLEngine engine = trusting.createSSLEngine();
            engine.setUseClientMode(true);
            ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), out);
            return Arrays.copyOf(out.array(), out.position());
        } catch (SSLException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
