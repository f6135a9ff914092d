package dev.fanfare.gateway.hub;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Joining, leaving and being visited, with 15,000 members; time is per member. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RosterBenchmark {
    private static final int SEATS = 15_000;
    private static final int STRIDE = 7_919; // prime: leaves in no order of joining

    private final Member[] members = new Member[SEATS];
    private final Roster<Member> full = new Roster<>();
    private int next;

    @Setup
    public void fill() {
        for (int i = 0; i < SEATS; i++) {
            members[i] = new Member();
            full.add(members[i]);
        }
    }

    @Benchmark
    public int leaveAndJoin() {
        next = (next + STRIDE) % SEATS;
        full.remove(members[next]);
        full.add(members[next]);
        return full.size();
    }

    @Benchmark
    @OperationsPerInvocation(SEATS)
    public void walk() {
        next = (next + STRIDE) % SEATS;
        full.walk(next, member -> member.visits++);
    }

    private static final class Member extends Roster.Seat {
        private int visits;
    }
}
