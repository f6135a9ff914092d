package dev.fanfare.gateway.config;

/**
 * A value somebody wrote down, and where: the words an error message needs.
 *
 * @param value as written
 * @param origin for example {@code fanfare.yaml}, {@code FANFARE_SERVER_PORT} or {@code --port}
 */
public record Given(String value, String origin) {}
