"""Answers that refuse, in the form that each service has for them."""

import json
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

XML = {
    "ec2": (
        "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
        "<RequestID>stand-in</RequestID></Response>"
    ),
    "other": (
        '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type>'
        "<Code>{code}</Code><Message>{message}</Message></Error><RequestId>stand-in</RequestId>"
        "</ErrorResponse>"
    ),
}


class Refused(Exception):
    """AWS does not do it."""

    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code, self.message, self.status = code, message, status

    def response(self, service):
        if service == "eks":
            headers = {"x-amzn-errortype": self.code}
            body = json.dumps({"__type": self.code, "message": self.message})
            return Response(body, self.status, headers, content_type="application/json")
        form = XML.get(service, XML["other"])
        body = form.format(code=escape(self.code), message=escape(self.message))
        return Response(body, self.status, content_type="text/xml")
