package dev.fanfare.gateway.hostile;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** One way to do harm. Each run has a thread of its own. */
@FunctionalInterface
interface Attack {
    /** Goes on while {@code course} says so, and tells it when it was held off. */
    void run(Site site, Course course) throws Exception;

    /** How it goes. */
    interface Course {
        /** Whether to go on. */
        boolean on();

        /** The gateway refused {@code count} times: said so, cut the connection, or took no more bytes. */
        void held(long count);

        default void held(boolean refused) {
            held(refused ? 1 : 0);
        }
    }

    /**
     * Where the gateway is, as attackers see it.
     *
     * @param port HTTP/1.1 and HTTP/2 without TLS
     * @param tlsPort the same with it
     * @param key of the API, which only insiders have
     * @param size how many connections a crowd has
     */
    record Site(int port, int tlsPort, String key, int size) {
        private static final AtomicInteger ADDRESSES = new AtomicInteger();

        /** An address that nobody used before. */
        static String address() {
            int next = ADDRESSES.incrementAndGet();
            return "127." + (2 + next / 62_500 % 200) + "." + next / 250 % 250 + "." + (1 + next % 250);
        }

        /** The same, with TLS where HTTP was. */
        Site tls() {
            return new Site(tlsPort, tlsPort, key, size);
        }

        Enemy enemy() throws IOException {
            return new Enemy(port, address());
        }

        /** {@link #size} connections of one address, or as many as the gateway lets in. */
        List<Enemy> crowd() {
            return crowd(size, 0);
        }

        List<Enemy> crowd(int count, int receiveBuffer) {
            List<Enemy> all = new ArrayList<>();
            String address = address();
            try {
                while (all.size() < count) {
                    all.add(new Enemy(port, address, receiveBuffer));
                }
            } catch (IOException full) {
                return all;
            }
            return all;
        }
    }

    /** Closes all of {@code enemies}. */
    static void end(List<Enemy> enemies) {
        enemies.forEach(Enemy::close);
    }

    /** How many of {@code enemies} were cut. */
    static long gone(List<Enemy> enemies) {
        return enemies.stream().filter(Enemy::isGone).count();
    }

    /** A moment in which others may run: attackers and gateway share the cores of one machine. */
    static void breathe() throws InterruptedException {
        Thread.sleep(1);
    }
}
