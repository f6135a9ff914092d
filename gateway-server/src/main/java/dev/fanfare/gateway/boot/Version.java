package dev.fanfare.gateway.boot;

/** The version of this jar. */
final class Version {
    private Version() {}

    /** From the manifest; {@code "dev"} when run from class files. */
    static String get() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}
