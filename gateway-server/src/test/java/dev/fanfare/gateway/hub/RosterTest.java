package dev.fanfare.gateway.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RosterTest {
    private static final class Member extends Roster.Seat {
        private final int number;

        Member(int number) {
            this.number = number;
        }

        @Override
        public String toString() {
            return Integer.toString(number);
        }
    }

    private final Roster<Member> roster = new Roster<>();
    private final List<Member> members = new ArrayList<>();

    @Test
    void anEmptyRosterVisitsNobody() {
        assertThat(walk(0)).isEmpty();
        assertThat(walk(7)).isEmpty();
        assertThat(roster.size()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0,'0,1,2,3'", "1,'1,2,3,0'", "3,'3,0,1,2'", "4,'0,1,2,3'", "6,'2,3,0,1'", "-1,'3,0,1,2'"})
    void aWalkBeginsAtItsStartAndGoesRound(int start, String order) {
        fill(4);

        assertThat(walk(start).stream().map(Member::toString)).containsExactly(order.split(",", -1));
    }

    @Test
    void theRosterGrows() {
        fill(1000);

        assertThat(roster.size()).isEqualTo(1000);
        assertThat(walk(0)).containsExactlyElementsOf(members);
    }

    @Test
    void aMemberLeavesOnce() {
        fill(3);

        assertThat(roster.remove(members.get(1))).isTrue();
        assertThat(roster.remove(members.get(1))).isFalse();
        assertThat(roster.size()).isEqualTo(2);
        assertThat(walk(0)).containsExactlyInAnyOrder(members.get(0), members.get(2));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aMemberThatLeftMayComeBack(int leaver) {
        fill(3);
        roster.remove(members.get(leaver));
        roster.add(members.get(leaver));

        assertThat(walk(0)).containsExactlyInAnyOrderElementsOf(members);
    }

    @Test
    void aMemberThatLeavesDuringItsVisitDoesNotMakeOthersBePassedOver() {
        fill(5);

        assertThat(walk(0, visited -> remove(visited))).containsExactlyElementsOf(members);
        assertThat(roster.size()).isZero();
        assertThat(walk(0)).isEmpty();
    }

    @Test
    void aMemberThatLeavesBeforeItsVisitIsNotVisited() {
        fill(5);

        List<Member> visited = walk(0, member -> {
            if (member.number == 1) {
                remove(members.get(3));
            }
        });

        assertThat(visited).map(member -> member.number).containsExactly(0, 1, 2, 4);
        assertThat(walk(0)).map(member -> member.number).containsExactlyInAnyOrder(0, 1, 2, 4);
    }

    @Test
    void aMemberThatLeavesAfterItsVisitIsNotMissedByAnybody() {
        fill(5);

        List<Member> visited = walk(2, member -> {
            if (member.number == 4) {
                remove(members.get(2));
            }
        });

        assertThat(visited).map(member -> member.number).containsExactly(2, 3, 4, 0, 1);
        assertThat(walk(0)).map(member -> member.number).containsExactlyInAnyOrder(0, 1, 3, 4);
    }

    @Test
    void whoJoinsDuringAWalkIsVisitedByTheNextOne() {
        fill(16);

        List<Member> visited = walk(3, member -> {
            if (member.number < 16) {
                roster.add(new Member(100 + member.number));
            }
        });

        assertThat(visited).hasSize(16).allMatch(member -> member.number < 16);
        assertThat(roster.size()).isEqualTo(32);
        assertThat(walk(0)).hasSize(32).doesNotHaveDuplicates();
    }

    @Test
    void aVisitorThatThrowsLeavesTheRosterInOrder() {
        fill(5);
        try {
            roster.walk(0, member -> {
                remove(member);
                if (member.number == 2) {
                    throw new IllegalStateException();
                }
            });
        } catch (IllegalStateException expected) {
            assertThat(walk(0)).containsExactlyInAnyOrder(members.get(3), members.get(4));
        }
        assertThat(roster.remove(members.get(3))).isTrue();
        assertThat(walk(0)).containsExactly(members.get(4));
    }

    @ParameterizedTest
    @CsvSource({"0,4", "1,4", "3,4", "4,4", "5,4", "17,4", "100,7", "3,1"})
    void allPartsTogetherVisitEverybodyOnce(int size, int parts) {
        fill(size);
        List<Member> visited = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            roster.walkPart(part, parts, visited::add);
        }

        assertThat(visited).containsExactlyElementsOf(members);
    }

    @Test
    void theStretchesOfAWalkInPartsAreAboutEqual() {
        fill(103);

        for (int part = 0; part < 4; part++) {
            int[] count = {0};
            roster.walkPart(part, 4, member -> count[0]++);
            assertThat(count[0]).isBetween(25, 26);
        }
    }

    @Test
    void membersMayLeaveDuringAWalkInParts() {
        fill(10);
        List<Member> visited = new ArrayList<>();
        roster.walkPart(0, 2, member -> {
            visited.add(member);
            remove(member);
        });

        assertThat(visited).containsExactlyElementsOf(members.subList(0, 5));
        assertThat(walk(0)).containsExactlyElementsOf(members.subList(5, 10));
    }

    @ParameterizedTest
    @CsvSource({"0,1,0", "1,1,0", "10,3,0", "10,3,7", "10,10,4", "10,100,9", "9,3,2"})
    void aWalkWithPausesVisitsEverybodyOnceInTheOrderOfAWalkWithout(int size, int most, int start) {
        fill(size);
        List<Member> visited = new ArrayList<>();
        Roster<Member>.Walk walk = roster.new Walk(start);
        int stretches = 1;
        while (!walk.visit(most, visited::add)) {
            assertThat(visited).hasSize(most * stretches++);
        }

        assertThat(visited).containsExactlyElementsOf(walk(start));
    }

    @Test
    void membersMayComeAndGoWhileAWalkPauses() {
        fill(10);
        List<Member> visited = new ArrayList<>();
        Roster<Member>.Walk walk = roster.new Walk(0);
        walk.visit(4, visited::add);
        remove(members.get(2));
        remove(members.get(7));
        Member late = new Member(10);
        roster.add(late);
        assertThat(walk.visit(100, visited::add)).isTrue();

        assertThat(visited).map(member -> member.number).containsExactly(0, 1, 2, 3, 4, 5, 6, 8, 9);
        assertThat(walk(0)).map(member -> member.number).containsExactly(0, 1, 3, 4, 5, 6, 8, 9, 10);
        remove(late);
        assertThat(roster.size()).isEqualTo(8);
    }

    @Test
    void aWholeWalkInThePauseOfAnotherDoesNotDisturbIt() {
        fill(6);
        List<Member> visited = new ArrayList<>();
        Roster<Member>.Walk walk = roster.new Walk(0);
        walk.visit(2, visited::add);
        roster.walk(0, member -> {
            if (member.number % 2 == 0) {
                remove(member);
            }
        });
        roster.walkPart(0, 1, member -> {});
        walk.visit(100, visited::add);

        assertThat(visited).map(member -> member.number).containsExactly(0, 1, 3, 5);
        assertThat(walk(0)).map(member -> member.number).containsExactly(1, 3, 5);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void itBehavesLikeASetWhateverHappens(long seed) {
        Random random = new Random(seed);
        Set<Member> model = new LinkedHashSet<>();
        for (int step = 0; step < 3000; step++) {
            switch (random.nextInt(6)) {
                case 0, 1 -> join(model, new Member(step));
                case 2 ->
                    model.stream()
                            .skip(random.nextInt(model.size() + 1))
                            .findFirst()
                            .ifPresent(member -> leave(model, member));
                default -> assertWalkSeesEachOnce(model, random, step);
            }
            assertThat(roster.size()).isEqualTo(model.size());
        }
        assertThat(walk(0)).containsExactlyInAnyOrderElementsOf(model);
    }

    /** Visits while others come and go: whoever is there from the first to the last moment is visited, once. */
    private void assertWalkSeesEachOnce(Set<Member> model, Random random, int step) {
        Set<Member> stayed = new LinkedHashSet<>(model);
        Set<Member> left = new LinkedHashSet<>();
        List<Member> visited = walk(random.nextInt(), member -> {
            assertThat(left).doesNotContain(member);
            int chance = random.nextInt(20);
            if (chance == 0) {
                join(model, new Member(-step));
            } else if (chance == 1) {
                Member leaver = any(model, random);
                leave(model, leaver);
                left.add(leaver);
            }
        });
        stayed.removeAll(left);
        assertThat(visited).doesNotHaveDuplicates().containsAll(stayed);
        left.addAll(stayed);
        assertThat(left).containsAll(visited);
    }

    private static Member any(Collection<Member> from, Random random) {
        return List.copyOf(from).get(random.nextInt(from.size()));
    }

    private void join(Set<Member> model, Member member) {
        model.add(member);
        roster.add(member);
    }

    private void leave(Set<Member> model, Member member) {
        model.remove(member);
        remove(member);
    }

    private void remove(Member member) {
        assertThat(roster.remove(member)).isTrue();
    }

    private void fill(int size) {
        for (int i = 0; i < size; i++) {
            members.add(new Member(i));
            roster.add(members.get(i));
        }
    }

    private List<Member> walk(int start) {
        return walk(start, member -> {});
    }

    private List<Member> walk(int start, Consumer<Member> visitor) {
        List<Member> visited = new ArrayList<>();
        roster.walk(start, member -> {
            visited.add(member);
            visitor.accept(member);
        });
        return visited;
    }
}
