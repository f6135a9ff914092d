import java.util.Arrays;
import java.util.Random;

/**
 * A heap that looks like the gateway's with more connections than one process may open here: as many small object graphs as
 * there are connections, held by one array, some of them replaced all the time, each replacement leaving garbage behind.
 *
 * <p>java LiveSet.java CONNECTIONS OBJECTS BYTES REPLACED_PER_SECOND GARBAGE_BYTES SECONDS. Objects and bytes are those of one
 * connection, as class histograms of the gateway count them. Collects the heap twice: when all are there, and at the end.
 */
final class LiveSet {
    private static final int PART_BYTES = 32;

    /** A connection is a tree of these; the last of them holds an array that makes up the bytes. */
    private static final class Part {
        Part left;
        Object right;
        long touched;
        int number;
    }

    private final Part[] connections;
    private final Part[] parts;
    private final int padding;
    private final int garbage;
    private final Random random = new Random(4);
    private byte[] last;

    private LiveSet(int connections, int objects, int bytes, int garbage) {
        this.connections = new Part[connections];
        this.parts = new Part[Math.max(2, objects) - 1];
        this.padding = Math.max(0, bytes - parts.length * PART_BYTES - 16);
        this.garbage = garbage;
    }

    /** Part i hangs below part (i - 1) / 2; the array hangs on the last one, which has nothing below it. */
    private Part connection() {
        for (int i = 0; i < parts.length; i++) {
            parts[i] = new Part();
            if (i > 0) {
                Part above = parts[(i - 1) / 2];
                if (i % 2 == 1) {
                    above.left = parts[i];
                } else {
                    above.right = parts[i];
                }
            }
        }
        parts[parts.length - 1].right = new byte[padding];
        return parts[0];
    }

    private void fill() {
        for (int i = 0; i < connections.length; i++) {
            connections[i] = connection();
        }
    }

    /** What one accepted connection costs beside what stays of it. */
    private void leaveGarbage() {
        for (int left = garbage; left > 0; left -= 512) {
            last = new byte[496];
        }
    }

    /** As a tick does: looks at every connection and writes a number to it, no reference. */
    private void touchAll(long now) {
        for (Part root : connections) {
            root.touched = now;
        }
    }

    private void churn(int perSecond, int seconds) throws InterruptedException {
        long start = System.nanoTime();
        long replaced = 0;
        long ticks = 0;
        for (long elapsed = 0; elapsed < seconds * 1_000_000_000L; elapsed = System.nanoTime() - start) {
            long due = elapsed * perSecond / 1_000_000_000L;
            for (; replaced < due; replaced++) {
                connections[random.nextInt(connections.length)] = connection();
                leaveGarbage();
            }
            if (elapsed / 1_000_000_000L > ticks) {
                touchAll(elapsed);
                ticks++;
            }
            Thread.sleep(5);
        }
    }

    public static void main(String[] args) throws InterruptedException {
        int[] n = Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
        if (n.length != 6) {
            System.err.println("see the top of LiveSet.java");
            System.exit(2);
        }
        LiveSet set = new LiveSet(n[0], n[1], n[2], n[4]);
        set.fill();
        System.gc();
        // Collections from here on are the ones that count.
        System.out.println("filled " + System.currentTimeMillis());
        set.churn(n[3], n[5]);
        System.out.println("churned " + System.currentTimeMillis());
        System.gc();
        System.out.println("ended " + System.currentTimeMillis());
    }
}
