package dev.fanfare.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String ROOT = "dev.fanfare.gateway.";

    /** The table of docs/architecture.md. */
    private static final Map<String, Integer> LEVELS = Map.ofEntries(
            Map.entry("config", 0),
            Map.entry("metrics", 0),
            Map.entry("log", 0),
            Map.entry("address", 1),
            Map.entry("doctor", 1),
            Map.entry("channel", 1),
            Map.entry("wire", 1),
            Map.entry("http", 1),
            Map.entry("auth", 2),
            Map.entry("tls", 1),
            Map.entry("engine", 2),
            Map.entry("observe", 2),
            Map.entry("engine.memory", 3),
            Map.entry("hub", 3),
            Map.entry("session", 4),
            Map.entry("api", 4),
            Map.entry("ticker", 4),
            Map.entry("console", 4),
            Map.entry("transport", 5),
            Map.entry("boot", 6));

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.fanfare.gateway");

    @Test
    void everyPackageStandsInTheLevelTable() {
        Set<String> packages = new TreeSet<>();
        classes.forEach(type -> packages.add(packageOf(type)));
        assertThat(packages).isEqualTo(new TreeSet<>(LEVELS.keySet()));
    }

    @Test
    void aPackageImportsOnlyLowerLevels() {
        List<String> upwards = new ArrayList<>();
        for (JavaClass type : classes) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass();
                if (target.getPackageName().startsWith(ROOT)
                        && !packageOf(target).equals(packageOf(type))
                        && level(target) >= level(type)) {
                    upwards.add(dependency.getDescription());
                }
            }
        }
        assertThat(upwards).isEmpty();
    }

    @Test
    void noPackagesFormACycle() {
        slices().matching(ROOT + "(*)..").should().beFreeOfCycles().check(classes);
    }

    @Test
    void noPackageIsADrawerForOddsAndEnds() {
        noClasses()
                .should()
                .resideInAnyPackage("..util..", "..utils..", "..common..", "..impl..", "..helper..")
                .check(classes);
        noClasses().should().haveSimpleNameEndingWith("Impl").check(classes);
    }

    @Test
    void onlyTheHubAndTheTransportTouchChannels() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + "hub..", ROOT + "transport..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("io.netty.channel.Channel")
                .check(classes);
    }

    private static String packageOf(JavaClass type) {
        return type.getPackageName().substring(ROOT.length());
    }

    private static int level(JavaClass type) {
        return LEVELS.getOrDefault(packageOf(type), -1);
    }
}
