package dev.fanfare.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptEncodingTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip, deflate, br, zstd     | 1000 | 1000 | 1",
                "gzip                        | 1000 | 0    | 1",
                "GZIP;Q=0.5                  | 500  | 0    | 1",
                "x-gzip                      | 1000 | 0    | 1",
                "gzip ; q=0.123 , zstd;q=1.0 | 123  | 1000 | 1",
                "gzip;q=0                    | 0    | 0    | 1",
                "*                           | 1000 | 1000 | 1000",
                "*;q=0                       | 0    | 0    | 0",
                "gzip;q=0, *                 | 0    | 1000 | 1000",
                "identity;q=0                | 0    | 0    | 0",
                "identity;q=0, zstd          | 0    | 1000 | 0",
                "identity, gzip;q=0.5        | 500  | 0    | 1000",
                "gzip;q=2, zstd;q=0.1234     | 0    | 0    | 1",
                "gzip;level=9, zstd          | 0    | 1000 | 1",
                "''                          | 0    | 0    | 1",
                "','                         | 0    | 0    | 1"
            })
    void everyCodingHasAWeight(String field, int gzip, int zstd, int identity) {
        AcceptEncoding accepted = AcceptEncoding.of(List.of(field));

        assertThat(List.of(accepted.weight("gzip"), accepted.weight("zstd"), accepted.identityWeight()))
                .containsExactly(gzip, zstd, identity);
    }

    @Test
    void severalFieldsAreOneList() {
        AcceptEncoding accepted = AcceptEncoding.of(List.of("gzip", "zstd;q=0.7"));

        assertThat(List.of(accepted.weight("gzip"), accepted.weight("zstd"))).containsExactly(1000, 700);
    }
}
