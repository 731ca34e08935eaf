/* The client at the keyboard by a queue: what chapter 04's and chapter 05's have to do. */
#include "client_cases.h"

int main(void)
{
    return run_client_cases("08-producer-consumer/keyboard_client");
}
