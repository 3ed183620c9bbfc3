#include "address.h"

#include <arpa/inet.h>

bool tm_address_parse(const char *text, uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (strchr(text, ':'))
		return inet_pton(AF_INET6, text, address) == 1;
	memcpy(address, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, address + 12) == 1;
}

char *tm_address_format(char out[TM_ADDRESS_SIZE], const uint8_t address[16])
{
	if (tm_address_is_ipv4(address))
		inet_ntop(AF_INET, address + 12, out, TM_ADDRESS_SIZE);
	else
		inet_ntop(AF_INET6, address, out, TM_ADDRESS_SIZE);
	return out + strlen(out);
}
