/* The closure of a hierarchy in plain C: arrays of integers, a breadth-first search from every node.
 * Reads "lower upper" pairs of numbers from standard input; prints the pairs found, and the median milliseconds of arrays and searches. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(void) {
    size_t count = 0, room = 1 << 16;
    int *from = malloc(room * sizeof(int)), *to = malloc(room * sizeof(int)), nodes = 0;
    while (scanf("%d %d", &from[count], &to[count]) == 2) {
        if (from[count] >= nodes) nodes = from[count] + 1;
        if (to[count] >= nodes) nodes = to[count] + 1;
        if (++count == room) {
            room *= 2;
            from = realloc(from, room * sizeof(int));
            to = realloc(to, room * sizeof(int));
        }
    }
    enum { rounds = 51 };
    double times[rounds];
    long pairs = 0;
    for (int round = 0; round < rounds; round++) {
        double start = now();
        int *starts = calloc(nodes + 1, sizeof(int)), *next = malloc((nodes + 1) * sizeof(int)), *ends = malloc(count * sizeof(int));
        for (size_t i = 0; i < count; i++) starts[from[i] + 1]++;
        for (int i = 0; i < nodes; i++) starts[i + 1] += starts[i];
        memcpy(next, starts, (nodes + 1) * sizeof(int));
        for (size_t i = 0; i < count; i++) ends[next[from[i]]++] = to[i];
        int *marks = calloc(nodes, sizeof(int)), *queue = malloc(nodes * sizeof(int));
        pairs = 0;
        for (int node = 0; node < nodes; node++) {
            if (starts[node] == starts[node + 1]) continue;
            int found = 0, at = 0, current = node;
            for (;;) {
                for (int i = starts[current]; i < starts[current + 1]; i++) {
                    int end = ends[i];
                    if (marks[end] == node + 1) continue;
                    marks[end] = node + 1;
                    queue[found++] = end;
                }
                if (at == found) break;
                current = queue[at++];
            }
            pairs += found;
        }
        free(starts); free(next); free(ends); free(marks); free(queue);
        times[round] = now() - start;
    }
    qsort(times, rounds, sizeof(double), ascending);
    printf("%ld %f\n", pairs, times[rounds / 2]);
    return 0;
}
