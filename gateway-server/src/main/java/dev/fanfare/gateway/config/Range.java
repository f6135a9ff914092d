package dev.fanfare.gateway.config;

/** Both ends belong to it. */
public record Range<T extends Comparable<T>>(T least, T most) {
    public static <T extends Comparable<T>> Range<T> of(T least, T most) {
        return new Range<>(least, most);
    }

    boolean contains(T value) {
        return value.compareTo(least) >= 0 && value.compareTo(most) <= 0;
    }

    T check(T value) {
        if (!contains(value)) {
            throw new IllegalArgumentException(toString());
        }
        return value;
    }

    @Override
    public String toString() {
        return least + " to " + most;
    }
}
