// A forwarding proxy by httputil.ReverseProxy: listens on a free port, which it prints.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	// As many connections are kept as there are clients; by default there are 2.
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	// Clients that end in the middle are no news.
	silent := log.New(io.Discard, "", 0)
	proxy := &httputil.ReverseProxy{Director: func(*http.Request) {}, Transport: transport, ErrorLog: silent}
	panic(http.Serve(listener, proxy))
}
