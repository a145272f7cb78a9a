namespace BillingCopilot.Sandbox.Http;

/// <summary>
/// An upload as the form that every other request is: a file <c>f</c> becomes <c>f[filename]</c>, <c>f[type]</c> and
/// <c>f[data]</c> in base64. So a repetition is known by its content, whatever boundary it came with.
/// </summary>
internal static class MultipartBody
{
    public static async Task<string> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var form = await request.ReadFormAsync(cancellationToken);
        var pairs = form.SelectMany(field => field.Value, (field, value) => (Name: field.Key, Value: value ?? "")).ToList();
        foreach (var file in form.Files.OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            await using var content = file.OpenReadStream();
            using var memory = new MemoryStream();
            await content.CopyToAsync(memory, cancellationToken);
            pairs.Add(($"{file.Name}[filename]", file.FileName));
            pairs.Add(($"{file.Name}[type]", file.ContentType));
            pairs.Add(($"{file.Name}[data]", Convert.ToBase64String(memory.GetBuffer(), 0, (int)memory.Length)));
        }

        return string.Join('&', pairs.Select(p => $"{Uri.EscapeDataString(p.Name)}={Uri.EscapeDataString(p.Value)}"));
    }
}
