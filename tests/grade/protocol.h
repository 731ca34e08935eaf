/* protocol.h - what passes between the judge and a driver: packets on a socket of their own.
 *
 * The judge sends three packets: a nonce, the plan (text), the payload. The driver sends facts: the
 * nonce, the fact's name and a NUL, its value. What comes without the nonce is not from the driver.
 * A socket of packets (SOCK_SEQPACKET), since it cannot be opened again through /proc, and since
 * nothing that others write to it can mix with a fact.
 */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#define NONCE_SIZE    16
#define PLAN_MAX      512
#define PAYLOAD_MAX   4096
#define FACT_NAME_MAX 32
#define VALUE_MAX     (2 * PAYLOAD_MAX)
#define PACKET_MAX    (NONCE_SIZE + FACT_NAME_MAX + VALUE_MAX)

#define FACT_END     "end"     /* the driver came to its end: no fact is missing */
#define FACT_STOPPED "stopped" /* it could not, and says why */

/* The exit status of a driver whose socket does not work any more. */
#define EXIT_UNHEARD 113

#endif
