"""Tests of the log reader on lines as JDK 17 and 25 wrote them: python3 ops/gc/gclog_test.py"""

import sys
import unittest

sys.dont_write_bytecode = True
import gclog  # noqa: E402

SERIAL = """
[1795261309951ms][gc,start    ] GC(0) Pause Young (Allocation Failure)
[1795261309955ms][gc,heap     ] GC(0) DefNew: 69952K(78656K)->7054K(78656K) Eden: 69952K(69952K)->0K(69952K) From: 0K(8704K)->7054K(8704K)
[1795261309955ms][gc,heap     ] GC(0) Tenured: 1166K(174784K)->8036K(174784K)
[1795261309955ms][gc          ] GC(0) Pause Young (Allocation Failure) 69M->8M(247M) 4.605ms
[1795261309955ms][safepoint   ] Safepoint "SerialCollectForAllocation", Time since last: 73535945 ns, Reaching safepoint: 5519 ns, \
At safepoint: 4645051 ns, Leaving safepoint: 1000 ns, Total: 4651570 ns, Threads: 0 runnable, 10 total
[1795261311388ms][gc,start    ] GC(30) Pause Full (System.gc())
[1795261311434ms][gc,heap        ] GC(30) Tenured: 153374K(174784K)->43036K(174784K)
[1795261311434ms][gc             ] GC(30) Pause Full (System.gc()) 160M->41M(247M) 46.359ms
[1795261311434ms][gc,cpu         ] GC(30) User=0.04s Sys=0.01s Real=0.05s
"""
G1 = """
[1795261313077ms][gc,init] Heap Region Size: 2M
[1795261313109ms][gc,phases   ] GC(0)   Evacuate Collection Set: 1.60ms
[1795261313109ms][gc,heap     ] GC(0) Old regions: 2->5
[1795261313109ms][gc,heap     ] GC(0) Humongous regions: 0->1
[1795261313109ms][gc          ] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 15M->2M(256M) 2.086ms
[1795261313200ms][gc          ] GC(1) Pause Remark 34M->34M(256M) 1.194ms
[1795261314621ms][gc             ] GC(17) Concurrent Mark Cycle 60.614ms
"""
ZGC = """
[1795261314797ms][gc,phases   ] GC(0) Y: Pause Mark Start (Major) 0.014ms
[1795261314802ms][gc,heap     ] GC(0) Y: Heap Statistics:
[1795261314802ms][gc,heap     ] GC(0) Y:      Used:       30M (12%)          34M (13%)          34M (13%)          12M (5%)           36M (14%)
[1795261314802ms][gc,heap     ] GC(0) Y: Young Generation Statistics:
[1795261314802ms][gc,heap     ] GC(0) Y:      Used:       30M (12%)          34M (13%)          34M (13%)          12M (5%)
[1795261314802ms][gc,heap     ] GC(0) Y:  Promoted:         -                  -                 0M (0%)            7M (3%)
[1795261314802ms][gc,phases   ] GC(0) O: Pause Mark End 0.006ms
[1795261314803ms][gc,heap     ] GC(0) O: Old Generation Statistics:
[1795261314803ms][gc,heap     ] GC(0) O:      Used:        9M (0%)            9M (0%)            8M (0%)            6M (0%)
[1795261314803ms][gc          ] GC(0) Major Collection (Warmup) 26M(10%)->16M(6%) 0.009s
[1795261314900ms][gc          ] GC(1) Allocation Stall (main) 12.5ms
"""
JDK17_STOP = '[1795261319730ms][safepoint   ] Safepoint "ICBufferFull", Time since last: 23701139 ns, Reaching safepoint: 3575 ns, ' \
    "Cleanup: 67981 ns, At safepoint: 1573929 ns, Total: 1645485 ns"


class GcLogTest(unittest.TestCase):
    def test_serial_pauses_and_the_old_generation_of_each(self):
        log = gclog.Log(SERIAL)
        self.assertEqual([(1795261309955, "Pause Young", 4.605), (1795261311434, "Pause Full", 46.359)], log.pauses)
        self.assertEqual([(1795261309955, 1166 << 10, 8036 << 10, "Pause Young"),
                          (1795261311434, 153374 << 10, 43036 << 10, "Pause Full")], log.old)
        self.assertEqual((8036 - 1166) << 10, log.promoted())
        self.assertEqual([], log.other_stops())
        self.assertEqual({1: 50}, log.cpu_ms)

    def test_g1_counts_old_and_humongous_regions_and_every_stop_of_a_cycle(self):
        log = gclog.Log(G1)
        self.assertEqual([("Pause Young (Normal)", 2.086), ("Pause Remark", 1.194)], [pause[1:] for pause in log.pauses])
        self.assertEqual([(1795261313109, 2 * 2 << 20, 6 * 2 << 20, "Pause Young (Normal)")], log.old)
        self.assertAlmostEqual(0.060614, log.cycles[0])

    def test_zgc_pauses_are_those_of_both_generations(self):
        log = gclog.Log(ZGC)
        self.assertEqual([("Pause Mark Start", 0.014), ("Pause Mark End", 0.006)], [pause[1:] for pause in log.pauses])
        self.assertEqual([(1795261314802, 0, 7 << 20, "Young"), (1795261314803, 9 << 20, 6 << 20, "Old collection")], log.old)
        self.assertEqual(7 << 20, log.promoted())
        self.assertEqual(1, log.stalls)
        self.assertEqual([0.009], log.cycles)

    def test_a_stop_that_is_not_the_collectors(self):
        self.assertEqual([(1795261319730, "ICBufferFull", 0.003575, 1.645485)], gclog.Log(JDK17_STOP).other_stops())

    def test_a_span_leaves_out_what_ended_outside(self):
        part = gclog.Log(SERIAL).within(1795261309956, 1795261311435)
        self.assertEqual(["Pause Full"], [pause[1] for pause in part.pauses])


unittest.main()
