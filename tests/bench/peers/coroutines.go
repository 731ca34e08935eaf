// Goroutines for comparison: "switch" passes a turn there and back over two channels, COUNT times,
// "spawn" starts COUNT in crowds and waits for their ends. Go's settings are its own: all cores. A
// line of tabs, as load.c's. "queue" and "inbox" both send COUNT numbers through a channel with
// room for 1,000: to Go it is the same whether threads take part.
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const crowd = 100

func cpuNs() int64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return used.Utime.Nano() + used.Stime.Nano()
}

func switches(count int) {
	there, back := make(chan int), make(chan int)
	go func() {
		for turn := range there {
			back <- turn
		}
	}()
	for i := 0; i < count; i++ {
		there <- i
		<-back
	}
	close(there)
}

func spawns(count int) {
	var group sync.WaitGroup
	for done := 0; done < count; done += crowd {
		group.Add(crowd)
		for i := 0; i < crowd; i++ {
			go group.Done()
		}
		group.Wait()
	}
}

func channel(count int) {
	items := make(chan int, 1000)
	go func() {
		for i := 0; i < count; i++ {
			items <- i
		}
		close(items)
	}()
	for range items {
	}
}

func main() {
	count, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	begin, beginNs := time.Now(), cpuNs()
	switch os.Args[1] {
	case "switch":
		switches(count)
	case "spawn":
		spawns(count)
	default:
		channel(count)
		fmt.Printf("%s\tgo\twall\t%.2f\tns\n", os.Args[1],
			float64(time.Since(begin).Nanoseconds())/float64(count))
		return
	}
	fmt.Printf("%s\tgo\tcpu\t%.2f\tns\n", os.Args[1], float64(cpuNs()-beginNs)/float64(count))
}
