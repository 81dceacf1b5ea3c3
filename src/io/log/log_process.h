/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The process of a log: starts it with one end of a pair of sockets, and sees it end. The program
 * is opened once, so that a room which has been upgraded on the disk meanwhile never meets another
 * version.
 */
#ifndef ROOMD_IO_LOG_LOG_PROCESS_H
#define ROOMD_IO_LOG_LOG_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Room for "it was killed by SIGKILL", and the like. */
#define LOG_PROCESS_HOW_BYTES 64

struct log_process {
    pid_t pid;  /* 0 = there is none */
    int socket; /* SOCK_SEQPACKET, non-blocking; -1 = closed */
};

/*
 * Opens a program: `path`, or if that is NULL `name` beside the program that runs. Returns a
 * descriptor; STATUS_SYSTEM: see errno.
 */
int log_process_open_program(const char *path, const char *name, int *ret_program);

/* Starts it. `words` are its arguments with its name, and NULL. STATUS_SYSTEM: see errno. */
int log_process_start(int program, char *const *words, struct log_process *ret_process);

void log_process_close_socket(struct log_process *process);

/* Waits until it has ended, at most `timeout_ms`; false: it has not. Reaps it. */
bool log_process_wait(struct log_process *process, int timeout_ms);

/* `status` is that of waitpid(2). */
const char *log_process_how(int status, char text[LOG_PROCESS_HOW_BYTES]);

/* A packet, with a descriptor or -1. True: it was sent. False: errno says why not. */
bool log_process_send(const struct log_process *process, const void *bytes, size_t length, int fd);

/* The next packet: its length, 0 if none has come, or STATUS_NOT_FOUND: the socket has ended. */
ssize_t log_process_receive(const struct log_process *process, void *bytes, size_t size);

#endif
