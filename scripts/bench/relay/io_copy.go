// A relay by io.Copy: listens on a free port, which it prints, and relays to the port that it is given.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
)

func half(dst, src *net.TCPConn) {
	io.Copy(dst, src)
	dst.CloseWrite()
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	for {
		client, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		target, err := net.Dial("tcp", "127.0.0.1:"+os.Args[1])
		if err != nil {
			panic(err)
		}
		go half(target.(*net.TCPConn), client.(*net.TCPConn))
		go half(client.(*net.TCPConn), target.(*net.TCPConn))
	}
}
