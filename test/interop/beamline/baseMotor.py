"""A rotation stage as caproto serves it: the fields of a motor record that a scan uses, moving at VELO. EPICS Base has no motor record."""
import asyncio
import sys

from caproto.server import PVGroup, pvproperty, run

TICK_SECONDS = 0.01


class Motor(PVGroup):
    VAL = pvproperty(value=0.0, name='VAL')
    RBV = pvproperty(value=0.0, name='RBV')
    DMOV = pvproperty(value=1, name='DMOV')
    VELO = pvproperty(value=90.0, name='VELO')
    VMAX = pvproperty(value=2000.0, name='VMAX')
    ACCL = pvproperty(value=0.05, name='ACCL')
    DIR = pvproperty(value=0, name='DIR')
    STOP = pvproperty(value=0, name='STOP')
    JOGF = pvproperty(value=0, name='JOGF')
    JOGR = pvproperty(value=0, name='JOGR')
    JVEL = pvproperty(value=90.0, name='JVEL')
    JAR = pvproperty(value=1000.0, name='JAR')
    HOMF = pvproperty(value=0, name='HOMF')
    HOMR = pvproperty(value=0, name='HOMR')
    OFF = pvproperty(value=0.0, name='OFF')
    MRES = pvproperty(value=0.001, name='MRES')
    ERES = pvproperty(value=0.001, name='ERES')
    SET = pvproperty(value='Use', enum_strings=['Use', 'Set'], dtype=bool, name='SET')

    generation = 0

    async def travel(self, arrived, speed):
        """Moves until `arrived` says where to stop, or until another motion or a stop takes over."""
        self.generation += 1
        mine = self.generation
        await self.DMOV.write(0)
        position = self.RBV.value
        while mine == self.generation:
            await asyncio.sleep(TICK_SECONDS)
            if mine != self.generation:
                break
            position, done = arrived(position, speed * TICK_SECONDS)
            await self.RBV.write(position)
            if done:
                break
        if mine == self.generation:
            await self.DMOV.write(1)

    async def halt(self):
        self.generation += 1
        await self.DMOV.write(1)

    @VAL.putter
    async def VAL(self, instance, value):
        if self.SET.value in ('Set', 1):
            await self.RBV.write(value)
            return
        def toward(position, step):
            left = value - position
            return (value, True) if abs(left) <= step else (position + (step if left > 0 else -step), False)
        await self.travel(toward, self.VELO.value)

    @STOP.putter
    async def STOP(self, instance, value):
        if value:
            await self.halt()
        return 0

    async def jog(self, sign, on):
        if not on:
            await self.halt()
        else:
            asyncio.ensure_future(self.travel(lambda position, step: (position + sign * step, False), self.JVEL.value))

    @JOGF.putter
    async def JOGF(self, instance, value):
        await self.jog(1, value)

    @JOGR.putter
    async def JOGR(self, instance, value):
        await self.jog(-1, value)

    @HOMF.putter
    async def HOMF(self, instance, value):
        if value:
            await self.RBV.write(0.0)
        return 0


if __name__ == '__main__':
    motor = Motor(prefix=sys.argv[1] + '.')
    async def started(async_lib):
        print('the motor is there', flush=True)
    run(motor.pvdb, interfaces=['127.0.0.1'], log_pv_names=False, startup_hook=started)
