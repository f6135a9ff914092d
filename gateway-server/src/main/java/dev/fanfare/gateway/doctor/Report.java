package dev.fanfare.gateway.doctor;

import dev.fanfare.gateway.doctor.Finding.Status;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Prints findings for a person: a table within 100 columns, then reasons and remedies, then the verdict. */
final class Report {
    private static final int WIDTH = 100;
    private static final String ROW = "%-5s %-26s %-33s %s";

    private final PrintStream out;

    Report(PrintStream out) {
        this.out = out;
    }

    void print(int target, List<Finding> findings) {
        line("gateway-server doctor: can this host carry %s?", connections(target));
        line("");
        line(ROW, "", "what", "this host", "needed");
        for (Finding finding : findings) {
            line(ROW, finding.status(), finding.name(), finding.actual(), finding.needed());
        }
        remedies(Status.FAIL, "What has to change:", findings);
        remedies(Status.WARN, "What should change:", findings);
        allAtOnce(target, findings);
        remarks(findings);
        line("");
        line("%s", verdict(target, findings));
    }

    private void remedies(Status status, String title, List<Finding> findings) {
        List<Finding> bad = findings.stream().filter(f -> f.status() == status).toList();
        if (bad.isEmpty()) {
            return;
        }
        line("");
        line("%s", title);
        for (Finding finding : bad) {
            wrapped(finding.name() + ": " + finding.actual() + ", needed " + finding.needed() + ". " + finding.why());
            // Commands are not wrapped: a person copies them.
            finding.fix().forEach(fix -> line("      %s", fix));
        }
    }

    /** Only of what apply.sh sets: memory and JVM are not its business. */
    private void allAtOnce(int target, List<Finding> findings) {
        boolean kernel = findings.stream()
                .filter(f -> f.status() == Status.FAIL || f.status() == Status.WARN)
                .flatMap(f -> f.fix().stream())
                .anyMatch(fix -> fix.endsWith("99-fanfare.conf"));
        if (kernel) {
            line("");
            line("All kernel settings and the limit of open files at once, checked and with an undo:");
            line("      ops/sysctl/apply.sh --target %d", target);
        }
    }

    private void remarks(List<Finding> findings) {
        List<Finding> remarks = findings.stream()
                .filter(f -> f.status() == Status.INFO || f.status() == Status.OK)
                .filter(f -> !f.why().isEmpty())
                .toList();
        if (!remarks.isEmpty()) {
            line("");
            line("Good to know:");
            remarks.forEach(f -> wrapped(f.name() + ": " + f.why()));
        }
    }

    private static String verdict(int target, List<Finding> findings) {
        long checks = count(findings, Status.OK) + count(findings, Status.WARN) + count(findings, Status.FAIL);
        long failed = count(findings, Status.FAIL);
        long warned = count(findings, Status.WARN);
        String warnings = warned == 0 ? "" : warned == 1 ? ", 1 warns" : ", " + warned + " warn";
        return failed == 0
                ? "doctor: none of %d checks fails%s for %s".formatted(checks, warnings, connections(target))
                : "doctor: %d of %d checks %s%s for %s"
                        .formatted(failed, checks, failed == 1 ? "fails" : "fail", warnings, connections(target));
    }

    private static String connections(int target) {
        return Figures.count(target) + (target == 1 ? " connection" : " connections");
    }

    private static long count(List<Finding> findings, Status status) {
        return findings.stream().filter(f -> f.status() == status).count();
    }

    private void wrapped(String text) {
        StringBuilder row = new StringBuilder("  -");
        for (String word : text.split(" ", -1)) {
            if (row.length() + 1 + word.length() > WIDTH) {
                line("%s", row);
                row = new StringBuilder("   ");
            }
            row.append(' ').append(word);
        }
        line("%s", row);
    }

    private void line(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values).stripTrailing());
    }
}
