/* The dialogue by callbacks, which is right and yet a pain. */
#include "dialogue_cases.h"

int main(void)
{
    return run_dialogue_cases("04-callbacks/dialogue");
}
