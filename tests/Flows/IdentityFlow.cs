using System.Net;
using System.Net.Http.Json;
using BillingCopilot.Flows.Support;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

public sealed class IdentityFlow
{
    [Theory]
    [InlineData("GET", "/api/proposals")]
    [InlineData("POST", "/api/chat")]
    [InlineData("POST", "/api/proposals/prop_x/decision")]
    public async Task Api_WithoutIdentity_Is401(string method, string path)
    {
        await using var copilot = await Copilot.StartAsync();
        using var nobody = copilot.As(null);
        using var stranger = copilot.As("mallory");

        (await SendAsync(nobody, method, path)).ShouldBe(HttpStatusCode.Unauthorized);
        (await SendAsync(stranger, method, path)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Picker_WithoutAntiforgeryToken_IsRefused()
    {
        await using var copilot = await Copilot.StartAsync();
        using var browser = copilot.As(null);
        using var form = new FormUrlEncodedContent([new("person", "frank")]);

        using var answer = await browser.PostAsync("/auth/local", form);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Fact]
    public async Task Cookie_PostWithoutAntiforgeryToken_IsRefused()
    {
        await using var copilot = await Copilot.StartAsync();
        using var browser = await Browser.SignInAsync(copilot.Address, "frank");

        (await browser.GetAsync("/api/proposals")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var answer = await browser.PostAsJsonAsync("/api/chat", new { text = "hello" });

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await answer.JsonAsync())["error"]!["code"]).ShouldBe("antiforgery");
    }

    [Fact]
    public async Task SignOut_EndsTheSession_AlsoForACopiedCookie()
    {
        await using var copilot = await Copilot.StartAsync();
        var cookies = new CookieContainer();
        using var browser = await Browser.SignInAsync(copilot.Address, "frank", cookies: cookies);
        using var copy = copilot.As(null);
        copy.DefaultRequestHeaders.Add("Cookie", cookies.GetCookieHeader(copilot.Address));
        (await copy.GetAsync("/api/proposals")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await Browser.SignOutAsync(browser);

        (await copy.GetAsync("/api/proposals")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await copy.GetStringAsync("/")).ShouldContain("Who are you today?");
    }

    [Fact]
    public async Task Picker_WithAForeignHostHeader_IsNotThere()
    {
        await using var copilot = await Copilot.StartAsync();
        using var http = copilot.As("frank");
        http.DefaultRequestHeaders.Host = "copilot.attacker.example";

        using var answer = await http.GetAsync("/api/proposals");

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("Forwarded")]
    [InlineData("X-Real-IP")]
    public async Task SandboxToken_ThroughAProxy_IsRefused(string header)
    {
        await using var copilot = await Copilot.StartAsync();
        using var http = copilot.As("frank");
        http.DefaultRequestHeaders.TryAddWithoutValidation(header, "203.0.113.9");

        using var answer = await http.GetAsync("/api/proposals");

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Console_WithABearerTokenOrForAnotherTenant_ShowsNobodySignedIn()
    {
        await using var copilot = await Copilot.StartAsync();
        await copilot.ProposeCreditAsync();
        using var program = copilot.As("frank");
        using var browser = await Browser.SignInAsync(copilot.Address, "frank");

        (await program.GetStringAsync("/")).ShouldNotContain("Approve");
        (await browser.GetStringAsync("/")).ShouldContain("Frank");
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient http, string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST")
        {
            request.Content = JsonContent.Create(new { text = "hello", decision = "approve", hash = "x" });
        }

        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}
