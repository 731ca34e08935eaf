// The same echo job in Go: a goroutine for each client, on all cores.
package main

import (
	"bufio"
	"fmt"
	"net"
)

func serve(client net.Conn) {
	defer client.Close()
	if _, err := client.Write([]byte("Welcome. Type a line, or exit.\n")); err != nil {
		return
	}
	reader := bufio.NewReaderSize(client, 4098)
	answer := make([]byte, 7, 4098+7)
	copy(answer, "Hello, ")
	for {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return
		}
		if _, err := client.Write(append(answer, line...)); err != nil {
			return
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("Serving on", listener.Addr())
	for {
		if client, err := listener.Accept(); err == nil {
			go serve(client)
		}
	}
}
