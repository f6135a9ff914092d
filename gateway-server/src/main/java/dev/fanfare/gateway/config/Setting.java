package dev.fanfare.gateway.config;

/**
 * One configuration key as a reader of the reference sees it.
 *
 * @param key as in the YAML file, dots between levels
 * @param standard the value when nobody gives one, as one would write it
 * @param current the value in force, as it was given
 * @param allowed the values it may take, in words
 * @param meaning one line
 */
public record Setting(String key, String standard, String current, String allowed, String meaning) {
    static Setting of(String key, String standard, String allowed, String meaning) {
        return new Setting(key, standard, standard, allowed, meaning);
    }

    Setting withCurrent(String given) {
        return new Setting(key, standard, given, allowed, meaning);
    }

    /** The environment variable that sets {@code key}: upper case, dots and hyphens become underscores. */
    public static String environmentName(String key) {
        return "FANFARE_" + key.replace('.', '_').replace('-', '_').toUpperCase(java.util.Locale.ROOT);
    }
}
