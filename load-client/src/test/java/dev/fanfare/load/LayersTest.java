package dev.fanfare.load;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The levels of docs/load-client.md, held by the build. */
class LayersTest {
    private static final JavaClasses PROGRAM = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.fanfare.load");

    @Test
    void packagesImportLowerLevelsOnly() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("cli")
                .definedBy("dev.fanfare.load.cli..")
                .layer("scenario")
                .definedBy("dev.fanfare.load.scenario..")
                .layer("report")
                .definedBy("dev.fanfare.load.report..")
                .layer("connect")
                .definedBy("dev.fanfare.load.connect..")
                .layer("wire")
                .definedBy("dev.fanfare.load.wire..")
                .layer("stats")
                .definedBy("dev.fanfare.load.stats..")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("scenario")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("report")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("connect")
                .mayOnlyBeAccessedByLayers("scenario", "report", "cli")
                .whereLayer("wire")
                .mayOnlyBeAccessedByLayers("connect")
                .check(PROGRAM);
    }

    @Test
    void thereAreNoCycles() {
        slices().matching("dev.fanfare.load.(*)..").should().beFreeOfCycles().check(PROGRAM);
    }

    @Test
    void noPackageIsADrawerForAnything() {
        noClasses()
                .should()
                .resideInAnyPackage("..util..", "..common..", "..impl..")
                .check(PROGRAM);
    }

    @Test
    void theServerIsNotUsed() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.fanfare.gateway..")
                .check(PROGRAM);
    }

    @Test
    void nettysCodecsAreNotUsed() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty.handler.codec..")
                .check(PROGRAM);
    }

    @Test
    void decodersArePlainJava() {
        classes()
                .that()
                .resideInAPackage("dev.fanfare.load.wire..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "dev.fanfare.load.wire..")
                .check(PROGRAM);
    }
}
