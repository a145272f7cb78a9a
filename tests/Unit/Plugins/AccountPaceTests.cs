using System.Net;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Sandbox;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

public sealed class AccountPaceTests
{
    [Theory]
    [InlineData("https://api.stripe.com", "rk_test_a", 20)]
    [InlineData("https://api.stripe.com", "rk_live_a", 80)]
    [InlineData("http://127.0.0.1:1", "rk_test_a", null)]
    public void Pace_OfTheAccount_IsUnderStripesLimit(string address, string key, int? perSecond) =>
        new StripeConnection(new Uri(address), key).RequestsPerSecond.ShouldBe(perSecond);

    [Fact]
    public async Task Send_OverThePace_WaitsItsTurnInsteadOfFailing()
    {
        using var limiter = AccountPace.Of(5);
        var far = new Counting();
        using var http = new HttpClient(new AccountPace(limiter) { InnerHandler = far }) { BaseAddress = new Uri("http://far.test") };

        var answers = Enumerable.Range(0, 8).Select(_ => http.GetAsync("/")).ToList();

        far.Count.ShouldBe(5, "the rest waits");
        answers.Count(a => a.IsCompleted).ShouldBe(5);
        (await Task.WhenAll(answers)).ShouldAllBe(a => a.StatusCode == HttpStatusCode.OK);
        far.Count.ShouldBe(8);
    }

    [Fact]
    public void Pace_OfReadersAndWriters_IsOne()
    {
        var connection = new StripeConnection(new Uri("http://127.0.0.1:1"), SandboxKeys.Read, SandboxKeys.Write, requestsPerSecond: 2);

        connection.Pace!.AttemptAcquire().IsAcquired.ShouldBeTrue();
        connection.Pace.AttemptAcquire().IsAcquired.ShouldBeTrue();
        connection.Pace.AttemptAcquire().IsAcquired.ShouldBeFalse();
    }

    private sealed class Counting : HttpMessageHandler
    {
        private int _count;

        public int Count => _count;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
        }
    }
}
