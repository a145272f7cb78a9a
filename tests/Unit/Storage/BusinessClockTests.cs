using BillingCopilot.Storage;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Storage;

public sealed class BusinessClockTests
{
    private static readonly DateTimeOffset World = new(2026, 11, 2, 9, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _process = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly BusinessClock _clock;

    public BusinessClockTests() => _clock = new BusinessClock(_process);

    [Fact]
    public void Observe_ReportsCutToTheSecond_NeverStepBack()
    {
        // The far side's own clock starts in the middle of a second and runs with the process's.
        var far = World.AddMilliseconds(300);
        var last = DateTimeOffset.MinValue;
        for (var i = 0; i < 400; i++)
        {
            _clock.Observe(CutToSecond(far));
            _clock.UtcNow.ShouldBeGreaterThanOrEqualTo(last);
            (far - _clock.UtcNow).Duration().ShouldBeLessThan(TimeSpan.FromSeconds(1));
            last = _clock.UtcNow;
            _process.Advance(TimeSpan.FromMilliseconds(37));
            far += TimeSpan.FromMilliseconds(37);
        }
    }

    [Fact]
    public void Observe_ReportThatWasLongOnItsWay_DoesNotStepBack()
    {
        _clock.Observe(World);
        _process.Advance(TimeSpan.FromSeconds(5));
        _clock.Observe(World.AddSeconds(1), way: TimeSpan.FromSeconds(4));
        _clock.UtcNow.ShouldBe(World.AddSeconds(5));
    }

    [Theory]
    [InlineData(3 * 86_400)]
    [InlineData(1)]
    [InlineData(-2)]
    [InlineData(-3600)]
    public void Observe_ClockThatWasMoved_IsFollowed(int seconds)
    {
        _clock.Observe(World);
        _clock.Observe(World.AddSeconds(seconds));
        _clock.UtcNow.ShouldBe(World.AddSeconds(seconds));
    }

    private static DateTimeOffset CutToSecond(DateTimeOffset at) => new(at.Ticks - (at.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
